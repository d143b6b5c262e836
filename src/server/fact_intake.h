// Facts on their way from a request's body into the engine, and the answer about each.
//
// A body is read off the engine's thread. One of more than kFactsAtOnce lines goes in as several
// reports, each after the one before was acknowledged, so that one sender never fills the queue.
#pragma once

#include <string>
#include <string_view>

#include "server/api.h"
#include "wire/fact_reader.h"

namespace yinuo::server {

inline constexpr std::size_t kFactsAtOnce = 5'000;

struct IntakeWish {
    std::string source;
    wire::FactFormat format = wire::FactFormat::Document;
    bool one = false;          // one object: its own statuses instead of a list
    bool obligations = false;  // with one: also what is owed about its subject since
};

// Answers the ticket, at once or later. Call from a thread that may read a body of this size.
void take_facts(Ticket, IntakeWish);

}  // namespace yinuo::server
