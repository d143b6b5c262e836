// The promises as the log tells of them, and whether their documents agree. Inside the room.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "engine/publishing.h"
#include "engine/shelf.h"
#include "store/store.h"

namespace yinuo::engine {

// One tenant's promise versions, read from the log's steps alone.
class LoggedPromises {
public:
    // Brings `shelf` up to what was published and retired. `bad` hears of an entry that can't be read,
    // whose text isn't its hash's or can't be compiled; the document's text stands in for it.
    using Bad = std::function<void(const store::Entry&, const Error&)>;
    void read(store::Reading&, store::TenantId, Shelf&, const Bad& bad);

    // Holds every document to what the log says: what was drafted, approved, published and retired,
    // when and by whom, and the text byte for byte (of a draft by its hash). Codes:
    // "promise-unreadable" (a document), "promise-differs", "promise-missing".
    using Add = std::function<void(const char* code, Text)>;
    void compare(store::Reading&, store::TenantId, const Add& add) const;

private:
    std::map<std::string, PromiseVersion> logged_;  // by id
};

}  // namespace yinuo::engine
