// The signed link that one came by. It leaves the address bar and its history at once, before the router
// or anything else sees it.
const kLink = /^#([A-Za-z0-9_-]{40,2000})$/ // longer than any anchor of ours

const found = kLink.exec(location.hash)
if (found) history.replaceState(history.state, '', location.pathname + location.search)

export const arrivedBy: string | undefined = found?.[1]
