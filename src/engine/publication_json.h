// A publication's spelling in documents, entries and receipts, and its hashes. Inside the room.
#pragma once

#include <string>

#include "engine/json_members.h"
#include "engine/shelf.h"

namespace yinuo::engine {

inline constexpr std::size_t kTextMost = 1 << 20;  // of a promise or a calendar
inline constexpr std::size_t kCalendarsMost = 50;

// {"office.yaml":"…"}
std::string calendars_json(const Publication&);
// Refuses texts that aren't texts.
Result<void> read_calendars(const wire::Json&, Publication& into);

std::string hex_hash(std::string_view bytes);    // SHA-256
std::string calendars_hash(const Publication&);  // of calendars_json()

}  // namespace yinuo::engine
