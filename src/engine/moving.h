// Moving what is owed to a later version of its promise.
//
// Publishing binds only what begins afterwards. Where a company wants what already runs to go on
// under the new version (the holidays have been announced, a limit was shortened in the customers'
// favour), it is moved subject by subject: shown first, then done by name, and every move is an
// entry of the subject's own log. What has a verdict stays where it is.
#pragma once

#include <string>
#include <vector>

#include "engine/turns.h"

namespace yinuo::engine {

struct MovePreview {
    store::StreamId stream = 0;
    std::string subject;
    std::vector<store::ObligationRow> before = {}, after = {};  // by id
    std::optional<Error> refused = {};                          // why it can't be moved
};

// Of the streams with something open under `from` (a published version, "NAME@1"), at most `limit`
// after the obligation `after`; nothing is changed. Refuses unknown versions, two promises, and a
// `to` that isn't later than `from`.
struct MovePage {
    std::vector<MovePreview> streams;
    store::ObligationId next = 0;  // go on after this one; 0: that was all
};
Result<MovePage> preview_move(Turns&, store::TenantId, std::string_view from, std::string_view to,
                              store::ObligationId after, int limit);

// Moves these streams; those that can't be moved are refused one by one, the others are moved.
Result<std::vector<MovePreview>> move(Turns&, const Actor&, std::string_view from,
                                      std::string_view to,
                                      const std::vector<store::StreamId>& streams);

}  // namespace yinuo::engine
