// 期望清单: what is promised to one customer and what isn't, on one page that they sign.
//
// A list is composed from the promises in force that apply: by the one fold, on a sample of the fact
// that would begin them. Its text is JSON that never changes; its SHA-256 stands in the log when it is
// made (fact expectation.made about "expectation/ID") and in the signature. Later versions of a promise
// change nothing about it. The text is personal (it says what one customer asked for) and lies sealed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/customers.h"
#include "engine/shelf.h"
#include "engine/turns.h"
#include "server/json_out.h"
#include "store/store.h"
#include "wire/json.h"

namespace yinuo::server {

inline constexpr std::string_view kExpectations = "expectation";  // documents and subjects

// --- composing (expectation_list.cc)

struct ListWish {
    std::string subject;  // "order/4711"; may be empty
    std::string kind;     // "order"
    std::string fact;     // the sample's kind; empty: any that the promises know, without deadlines
    std::string fields;   // the sample's, a JSON object; empty: none
    Instant at = {};      // the sample's, and the promises in force then
};
// The text, or a refusal: "nothing-applies", and whatever is wrong with the sample.
Result<std::string> compose_list(store::Reading&, engine::Shelf&, store::TenantId,
                                 std::string_view company, const ListWish&, Instant now);
// JSON without blanks, members in their order.
void append_json(std::string& out, const wire::Json&);

// For print: A4, no scripts, everything escaped. `text` is a list's.
struct Printed {
    std::string text, sha256;
    std::string state;  // "draft"
    Instant signed_at = Instant::max();
    std::vector<std::pair<std::string, bool>> agreed = {};  // by item
};
std::string page_of_list(const Printed&, bool chinese);

// --- keeping

enum class ListState : std::uint8_t { Draft, Signed, Declined, Withdrawn };
std::string_view name_of(ListState);
Text describe(ListState);

struct ListCode {
    std::string hash;  // empty: none is out
    Instant until = {};
    std::int64_t tries = 0;
    std::int64_t sent = 0;  // since `window`
    Instant window = {};
    Instant sent_at = {};
};

struct Expectation {
    std::string id;
    ListState state = ListState::Draft;
    store::CustomerId customer = 0;
    std::string about = {};
    std::string made_by = {};
    Instant made_at = {};
    std::string sha256 = {};
    std::string sealed = {};  // the text
    ListCode code = {};
    Instant ended_at = Instant::max();  // signed, declined or withdrawn
    std::string ended_by = {};
    std::string signature = {};    // sealed: {"name","salt","items":[{"item","agreed"}]}
    store::Position position = 0;  // of the signature's entry
    std::int64_t leaf = 0;
    std::int64_t etag = 0;

    std::string subject() const { return "expectation/" + id; }
};
std::optional<Expectation> find_expectation(store::Reading&, store::TenantId, std::string_view id);
std::optional<Expectation> read_expectation(const store::Document&);
void put_expectation(engine::Turns&, store::TenantId, Expectation&);

std::string sha256_hex(std::string_view text);
// The items' names in the order in which they stand.
std::vector<std::string> items_of(std::string_view list);

}  // namespace yinuo::server
