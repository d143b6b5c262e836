// Looks through a store's file: pages and indexes by SQLite's own integrity check, then whether
// the rows that name each other are all there. Reads everything once; takes as long as that does.
#pragma once

#include "store/sqlite.h"

namespace yinuo::store {

// Begins and ends its own transaction. Never throws: trouble on the way is a finding.
Findings examine_sqlite(Connection&);

}  // namespace yinuo::store
