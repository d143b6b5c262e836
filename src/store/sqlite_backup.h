// Copies of a store's file.
#pragma once

#include "store/sqlite.h"

namespace yinuo::store {

// Copies what `from` sees now into the new file `to`, in steps, while its writer goes on. The copy
// is one file, complete when it has its name: until then it is `to`.partial. Refuses when `to`
// exists. Runs `approve` on the finished copy before it gets its name.
Result<void> copy_store(Connection& from, const std::string& to,
                        const std::function<Result<void>(Connection&)>& approve = {});

}  // namespace yinuo::store
