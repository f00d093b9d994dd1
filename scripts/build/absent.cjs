// Stands in for native add-ons that ws asks for in a `try` and works without: it then masks frames and checks UTF-8 in JavaScript.
throw new Error('left out of the bundle')
