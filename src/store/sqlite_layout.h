// The tables of the file, and how an older file becomes today's. docs/internals/store.md tells
// what each is for and what it weighs.
#pragma once

#include <span>

#include "store/sqlite.h"

namespace yinuo::store {

// "Yinu": in the file's header, so that `file` and we know it for ours.
constexpr std::int64_t kApplicationId = 0x59696e75;

// Step n brings a file of layout n to layout n + 1; from 0, an empty file. A step that was ever
// released is never changed.
std::span<const char* const> layout_steps();

// The layout of a file. Refuses one that isn't ours ("not-a-store") or is newer than the last of
// `steps` ("store-too-new"). Throws Trouble.
Result<int> layout_of(Connection&, std::span<const char* const> steps = layout_steps());

Error not_a_store();

// Takes the steps that are missing, each in a transaction of its own. Throws Trouble.
Result<void> bring_up_to_date(Connection&, std::span<const char* const> steps = layout_steps());

}  // namespace yinuo::store
