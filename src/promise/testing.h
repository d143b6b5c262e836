// Promises by hand, for the tests of this room and its neighbours: the language is read further up.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "promise/fold.h"

namespace yinuo::promise {

struct Workshop {
    Names names;
    Arena memory;  // of facts and their fields
    Zone zone = Zone::fixed(8 * 3600);

    Formula formula(std::string_view text) {
        auto compiled = feel::Expression::compile(text, {.names = names,
                                                         .zones = nullptr,
                                                         .host = &host_functions(),
                                                         .special_names = {},
                                                         .at = {}});
        return {std::move(*compiled), {}};
    }
    // `fact = "name"`
    Condition kind(std::string_view name) {
        return {formula("fact = \"" + std::string(name) + "\""), names.intern(name), true};
    }
    Condition when(std::string_view text) { return {formula(text)}; }

    static Limit clock(Millis length) { return {.unit = Unit::Clock, .amount = length.count}; }
    static Within within(Limit limit) {
        Within shape;
        shape.rows.push_back({std::nullopt, limit, std::nullopt});
        return shape;
    }
    static Warning warning(int thousandths) {
        return {.used_thousandths = thousandths, .before = {}, .text = {}};
    }
    static Warning warning_before(Limit limit) {
        return {.used_thousandths = 0, .before = limit, .text = {}};
    }
    Pause pause(std::string_view from, std::string_view to, std::optional<Millis> cap = {}) {
        return {.reason = std::string(from),
                .text = {},
                .from = kind(from),
                .to = kind(to),
                .cap = cap,
                .customers_duty = false};
    }

    Promise promise() const {
        Promise made;
        made.id = "test";
        made.zone = &zone;
        return made;
    }
    // A new clause that begins with facts of the kind `starts`, if it is not empty.
    Clause& add(Promise& to, std::string_view name, Shape shape, std::string_view starts) {
        Clause& clause = to.clauses.emplace_back();
        clause.name = name;
        clause.shape = std::move(shape);
        if (!starts.empty()) clause.starts.push_back(kind(starts));
        return clause;
    }

    using Field = std::pair<std::string_view, feel::Value>;
    Fact fact(std::string_view subject, std::string_view of_kind, Instant at,
              std::initializer_list<Field> fields = {}) {
        auto kept = memory.array<feel::Binding>(fields.size());
        std::size_t n = 0;
        for (const Field& field : fields) kept[n++] = {names.intern(field.first), field.second};
        Fact made;
        made.subject = memory.copy(subject);
        made.kind = names.intern(of_kind);
        made.at = made.received_at = at;
        made.fields = kept;
        return made;
    }
};

inline std::vector<const Fact*> pointers(std::span<const Fact> facts) {
    std::vector<const Fact*> all;
    for (const Fact& fact : facts) all.push_back(&fact);
    return all;
}

}  // namespace yinuo::promise
