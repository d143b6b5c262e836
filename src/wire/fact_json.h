// A fact as one line of JSON, for people to look at and other programs to read:
//
//     {"kind":"order.placed","subject":"order/4711","at":"2026-03-10T07:59:59Z","sequence":1,
//      "fields":{"amount":12.50,"city":"上海"}}
//
// `id`, `received_at` and `change` stand there only when they say something. Numbers keep their
// digits; instants, dates and durations are text in ISO 8601; empty fields are left out.
#pragma once

#include <string>

#include "base/names.h"
#include "promise/fact.h"

namespace yinuo::wire {

// Appends the line without its line feed.
void append_fact_json(std::string& out, const promise::Fact& fact, const Names& names);

}  // namespace yinuo::wire
