// A promise told to people, in both languages, from the same definition that decides: so that what
// is published and what is measured can't drift apart.
//
// Conditions that are rows of plain comparisons become words; any other FEEL is quoted as it is.
// Kinds of facts go by the names that `facts:` gives them.
#pragma once

#include <string_view>

#include "base/error.h"
#include "promise/promise.h"

namespace yinuo::promise {

// "从『下单』起 24 小时内『装好』；…" / "From "placed": "installed" within 24 hours; …"
Text sentence_of(const Promise&, const Clause&);
// "条款『install』违约：给 20.00 元；…"
Text sentence_of(const Promise&, const Remedy&);
// The whole promise: title, time in force, then a line for each clause and each remedy.
Text sentence_of(const Promise&);

// "『下单』（kind 为 install）" / ""placed" (kind is install)". Of a condition without a kind the
// comparisons alone.
Text condition_in_words(const Promise&, std::string_view feel);
// "PT26H30M" as "26 小时 30 分钟"; other texts as they are.
Text duration_in_words(std::string_view iso);

}  // namespace yinuo::promise
