// Promises by hand, for this room's tests: the language is read further up.
#pragma once

#include <string_view>
#include <vector>

#include "promise/scope.h"
#include "twin/backtest.h"

namespace yinuo::twin {

struct Workshop {
    Names names;
    Arena memory;
    Zone utc = Zone::utc();

    promise::Formula formula(std::string_view text) {
        auto compiled = feel::Expression::compile(text, {.names = names,
                                                         .zones = nullptr,
                                                         .host = &promise::host_functions(),
                                                         .special_names = {},
                                                         .at = {}});
        return {std::move(*compiled), {}};
    }
    promise::Condition kind(std::string_view name) {
        return {formula("fact = \"" + std::string(name) + "\""), names.intern(name), true};
    }

    // One clause `done`: from "opened" to "done", void by "cancelled", paused from "wait" to "go".
    promise::Promise promise(promise::Shape shape, bool voids, bool pauses) {
        promise::Promise p;
        p.id = "test";
        p.zone = &utc;
        promise::Clause& clause = p.clauses.emplace_back();
        clause.name = "done";
        clause.shape = std::move(shape);
        clause.starts.push_back(kind("opened"));
        clause.keeps = kind("done");
        if (voids) clause.voids = kind("cancelled");
        if (pauses)
            clause.pauses.push_back({.reason = "customer",
                                     .text = {},
                                     .from = kind("wait"),
                                     .to = kind("go"),
                                     .cap = {},
                                     .customers_duty = false});
        return p;
    }
    promise::Promise within(promise::Limit limit, bool voids = true, bool pauses = true) {
        promise::Within shape;
        shape.rows.push_back({std::nullopt, limit, std::nullopt});
        return promise(std::move(shape), voids, pauses);
    }

    promise::Fact fact(std::string_view subject, std::string_view kind, std::int64_t at,
                       std::span<const feel::Binding> fields = {}) {
        promise::Fact fact;
        fact.subject = memory.copy(subject);
        fact.kind = names.intern(kind);
        fact.at = fact.received_at = Instant{at};
        fact.fields = fields;
        return fact;
    }
};

}  // namespace yinuo::twin
