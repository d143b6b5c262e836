// A receipt 凭证: one obligation's latest change, proved to be in the tenant's transparency log, with
// the facts disclosed that its deadline follows from.
//
// The file is a C2SP tlog-proof; its `extra` is JSON (docs/internals/receipts.md): the leaf's content
// and salt, the promise's text and calendars, the zone data's version, the facts. verify_receipt()
// needs nothing else: it checks the signature, the inclusion, the commitment, and folds the facts
// again to see that due instant and state follow from them. What the log's signature doesn't cover
// (anything in `extra` that isn't hashed into the leaf) can at most make that comparison fail.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/shelf.h"
#include "store/store.h"
#include "vault/keyring.h"

namespace yinuo::engine {

// Refuses an unknown obligation of that tenant, and one whose customer was erased ("erased": the
// key from which the leaf's salt came is gone). An obligation about a key, which rests on several
// subjects, discloses their facts if all are of one customer, and otherwise how many they are. One of
// a rate discloses what was counted. Throws store::Trouble, "log-entry-unreadable", where the log is
// damaged: no receipt is made that wouldn't verify.
Result<std::string> make_receipt(store::Reading&, const vault::Keyring&, Shelf&, store::TenantId,
                                 store::ObligationId);

struct ReceiptFinding {
    bool fine = true;
    Text what;  // "signature by yinuo.example/demo", "due instant follows from the facts"…
};
struct ReceiptVerdict {
    bool fine = true;
    bool readable = true;                  // false: it is no receipt at all, `findings` says why
    std::vector<ReceiptFinding> findings;  // every step, in order
    std::string content;                   // the leaf's JSON
};
// `log_key`: a note verifier key that is trusted; absent: the one the receipt carries, which proves
// that it is consistent in itself and no more (and says so).
ReceiptVerdict verify_receipt(std::string_view file, std::optional<std::string_view> log_key,
                              Zones&);

}  // namespace yinuo::engine
