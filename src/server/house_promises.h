// House promises: promises that come with the program, for what every company does alike: a word
// that somebody gave to one customer, a chase, the recovery after a breach.
//
// They are texts like any other (examples/house/): a company drafts one, changes it as it likes, has
// it approved and publishes it. Nothing here is a timer of its own: each word, chase and recovery is
// a subject ("word/…"), the server reports what people do about it as facts, and the one fold decides.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "engine/shelf.h"
#include "engine/turns.h"
#include "server/json_out.h"

namespace yinuo::server {

// (name, text), by name. The name is that of the promise and of the kind of its subjects.
std::span<const std::pair<std::string_view, std::string_view>> house_promise_texts();
std::optional<std::string_view> house_promise_text(std::string_view name);

// What a company puts in place of the text's own.
struct HouseWish {
    std::string zone;   // empty: as it is
    std::string owner;  // likewise
    int version = 1;
};
std::string house_promise_text(std::string_view text, const HouseWish&);

// Does a published version take what begins at `now`? Refuses ("no-house-promise") if not: the mend
// names the way to one.
Result<void> need_house_promise(const engine::Shelf&, store::TenantId, std::string_view name,
                                Instant now);

// "01kc8t2x5g": what sorts as it was made; of the first free millisecond from now on, in base 32
// (Crockford's letters). Free means that the collection has no such document.
std::string fresh_id(store::Reading&, store::TenantId, std::string_view collection, Instant now);

// One fact of the server's own about a subject, reported at once. `fields` and `personal` are
// members as JSON text without braces; the customer's handle may be empty.
struct OwnFact {
    std::string id;
    std::string_view kind;
    std::string subject;
    std::string customer = {};
    std::string fields = {};
    std::string personal = {};
};
Result<void> report_own(engine::Turns&, store::TenantId, const OwnFact&, Instant at);

// The members that JsonOut has written, without their braces: `inner(out.open('{')….close('}'))`.
std::string inner(const JsonOut&);

// --- what is personal in a document: sealed under the customer's key (0: the tenant's), as base64

Result<std::string> seal_text(engine::Turns&, store::TenantId, store::CustomerId,
                              std::string_view collection, std::string_view id,
                              std::string_view text);
// nullopt: the key is destroyed, or this was sealed for another place.
std::optional<std::string> open_text(store::Reading&, engine::Keys&, store::TenantId,
                                     store::CustomerId, std::string_view collection,
                                     std::string_view id, std::string_view sealed);

// The handle that the company knows the customer by; empty: nobody, or erased.
std::string handle_of(store::Reading&, store::CustomerId);

}  // namespace yinuo::server
