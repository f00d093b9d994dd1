import type { Ownership } from '../../../filesystem/entry.ts'
import { unsupported, type Place } from '../dockerfile/place.ts'

/** `--chown=10001` or `10001:10002`; a user alone is the group as well. @throws KitError `dockerfile-unsupported` for names */
export const parseOwner = (text: string | undefined, place: Place): Ownership => {
  if (text === undefined) return { uid: 0, gid: 0 }
  const [, uid, gid = uid] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text) ?? []
  const owner = { uid: Number(uid), gid: Number(gid) }
  if (uid === undefined || Math.max(owner.uid, owner.gid) > 2 ** 31 - 1) {
    throw unsupported(place, `--chown=${text}: it knows numbers such as 10001:10001, since names need a base's /etc/passwd`)
  }
  return owner
}

/** `--chmod=755`. @throws KitError `dockerfile-unsupported` for modes in letters */
export const parseMode = (text: string | undefined, place: Place): number | undefined => {
  if (text === undefined) return undefined
  if (!/^[0-7]{3,4}$/.test(text)) throw unsupported(place, `--chmod=${text}: it knows octal modes such as 755`)
  return Number.parseInt(text, 8)
}
