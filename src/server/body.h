// Bodies of requests, read strictly into plain structs.
//
//     struct NewUser { std::string name; std::string role; std::vector<std::string> subjects; };
//     void describe(Members& in, NewUser& user) {
//         in.need("name", user.name, {.least = 1, .most = 80});
//         in.need_word("role", user.role, kRoles);
//         in.may("subjects", user.subjects, {.most = 20}, {.most = 200});
//     }
//     const auto user = TRY(read_body<NewUser>(call.request));
//
// An unknown, missing or repeated member, a wrong type and a value out of bounds are refused, all
// of them at once, each with its JSON Pointer. Texts that `need` and `may` read must be UTF-8
// without control characters (but line breaks and tabs); a length counts characters.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "server/answer.h"
#include "time/instant.h"
#include "vault/secret.h"
#include "wire/json.h"

namespace yinuo::server {

// Both ends belong.
struct Length {
    std::size_t least = 0;
    std::size_t most = 200;
};
struct Range {
    std::int64_t least = 0;
    std::int64_t most = 0;
};

// The members of one object while they are read.
class Members {
public:
    Members(const wire::Json& object, std::string pointer, std::vector<http::Flaw>& flaws);

    void need(std::string_view name, std::string& into, Length = {});
    void may(std::string_view name, std::string& into, Length = {});
    void may(std::string_view name, std::optional<std::string>& into, Length = {});
    void need(std::string_view name, std::int64_t& into, Range);
    void may(std::string_view name, std::int64_t& into, Range);
    void may(std::string_view name, std::optional<std::int64_t>& into, Range);
    void may(std::string_view name, bool& into);
    void may(std::string_view name, std::optional<bool>& into);
    void need_instant(std::string_view name, Instant& into);  // RFC 3339
    void may_instant(std::string_view name, Instant& into);
    void need_word(std::string_view name, std::string& into, std::span<const std::string_view>);
    void may_word(std::string_view name, std::string& into, std::span<const std::string_view>);
    void may_word(std::string_view name, std::optional<std::string>& into,
                  std::span<const std::string_view>);
    // A list of texts; `count` bounds the list, `each` its items.
    void need(std::string_view name, std::vector<std::string>& into, Length count, Length each);
    void may(std::string_view name, std::vector<std::string>& into, Length count, Length each);
    void may(std::string_view name, std::optional<std::vector<std::string>>& into, Length count,
             Length each);
    template <typename Tag>
    void need_secret(std::string_view name, vault::Secret<Tag>& into, Length length) {
        std::string text;
        need(name, text, length);
        into = vault::Secret<Tag>(text);
        vault::wipe(text);
    }
    // The member as it stands, for who reads on by themselves; nullptr when it is absent.
    const wire::Json* take(std::string_view name);
    const wire::Json* require(std::string_view name);

    // A list of objects, each described by describe(Members&, T&).
    template <typename T>
    void may_each(std::string_view name, std::vector<T>& into, Length count) {
        const auto* list = list_of(name, count);
        if (list == nullptr) return;
        into.clear();
        for (std::size_t i = 0; i < list->items.size(); ++i) {
            Members inner(list->items[i], pointer_to(name) + "/" + std::to_string(i), flaws_);
            describe(inner, into.emplace_back());
            inner.finish();
        }
    }
    // An object inside this one.
    template <typename T>
    void may_object(std::string_view name, T& into) {
        const auto* value = take(name);
        if (value == nullptr) return;
        Members inner(*value, pointer_to(name), flaws_);
        describe(inner, into);
        inner.finish();
    }

    // A flaw of the caller's own finding, at that member ("" is the object itself).
    void flaw(std::string_view name, Error);
    std::string pointer_to(std::string_view name) const;
    // Whatever nobody asked for is unknown.
    void finish();

private:
    const wire::Json* list_of(std::string_view name, Length count);
    bool read_text(const wire::Json&, const std::string& pointer, Length, std::string& into);
    bool read_number(std::string_view name, const wire::Json&, Range, std::int64_t& into);
    void read_word(std::string_view name, const wire::Json&, std::span<const std::string_view>,
                   std::string& into);
    void wrong_type(const std::string& pointer, Text wanted);

    const wire::Json& object_;
    std::string pointer_;
    std::vector<http::Flaw>& flaws_;
    std::vector<std::string_view> known_;
};

// The body as JSON in `memory`; refuses another media type than application/json (415), and what
// is no JSON (400) with line and column.
Answered<wire::Json> json_of(const http::Request&, Arena& memory);

Refusal body_refusal(std::vector<http::Flaw>);

template <typename T>
Answered<T> read_body(const http::Request& request) {
    Arena memory;
    const auto json = json_of(request, memory);
    if (!json) return deny(json.error());
    std::vector<http::Flaw> flaws;
    T value;
    Members members(*json, "", flaws);
    describe(members, value);
    members.finish();
    if (!flaws.empty()) return deny(body_refusal(std::move(flaws)));
    return value;
}

}  // namespace yinuo::server
