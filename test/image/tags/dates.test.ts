import { describe, expect, test } from '@jest/globals'
import { push, tagsFor } from './events.ts'

/** A date through the grammar, as a user writes it; characters that no tag has are dashes there. */
const date = (format: string, zone = 'UTC', now = Date.UTC(2020, 0, 10, 0, 30, 5, 42)): string | undefined =>
  tagsFor({ ...push('main'), now }, [`type=raw,"value={{date '${format}' tz='${zone}'}}"`]).version

describe('dates in the formats of moment.js', () => {
  test.each([
    ['YYYYMMDD-HHmmss', '20200110-003005'],
    ['YY.M.D', '20.1.10'],
    ['Y_Q_Qo', '2020_1_1st'],
    ['MMM_MMMM_Mo', 'Jan_January_1st'],
    ['Do_DDD_DDDo_DDDD', '10th_10_10th_010'],
    ['d_do_dd_ddd_dddd', '5_5th_Fr_Fri_Friday'],
    ['e_E', '5_5'],
    ['w_wo_ww_gg_gggg', '2_2nd_02_20_2020'],
    ['W_Wo_WW_GG_GGGG', '2_2nd_02_20_2020'],
    ['A_a_h_hh_k_kk', 'AM_am_12_12_24_24'],
    ['m_mm_s_ss_S_SS_SSS_SSSS', '30_30_5_05_0_04_042_0420'],
    ['X_x', '1578616205_1578616205042'],
    ['[v]YYYY[Q]Q', 'v2020Q1'],
    ['LTS', '12-30-05-AM'],
    ['LL', 'January-10-2020'],
    ['ZZ', '0000'],
  ])('%s is %s', (format, shown) => {
    expect(date(format)).toBe(shown)
  })

  test('follow the time zone, and its summer', () => {
    expect(date('YYYYMMDD-HHmmss', 'Asia/Tokyo')).toBe('20200110-093005')
    expect(date('YYYYMMDD-HHmm', 'America/New_York')).toBe('20200109-1930')
    expect(date('[t]ZZ', 'America/New_York')).toBe('t-0500')
    expect(date('HHmm', 'Europe/Berlin', Date.UTC(2020, 6, 1, 12))).toBe('1400')
    expect(date('HHmm', 'Asia/Kathmandu', Date.UTC(2020, 6, 1, 12))).toBe('1745')
  })

  // Published examples of week numbers around a new year: ISO 8601, and the week of the United States.
  test.each([
    [Date.UTC(2021, 0, 3), '2020-53', '2021-02'],
    [Date.UTC(2019, 11, 30), '2020-01', '2020-01'],
    [Date.UTC(2022, 0, 1), '2021-52', '2022-01'],
    [Date.UTC(2026, 11, 31), '2026-53', '2027-01'],
  ])('weeks around a new year: %d', (now, iso, local) => {
    expect(date('GGGG-WW', 'UTC', now)).toBe(iso)
    expect(date('gggg-ww', 'UTC', now)).toBe(local)
  })
})
