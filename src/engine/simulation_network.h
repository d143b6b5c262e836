// The world outside of a simulation: what happens to orders, and how word of it travels. Inside the
// room.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/report.h"
#include "time/zone.h"

namespace yinuo::engine {

// The same numbers for the same seed, on every machine (SplitMix64, public domain algorithm).
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }
    // In [from, to], both belong.
    std::int64_t in(std::int64_t from, std::int64_t to) {
        return from + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(to - from + 1));
    }
    bool one_in(std::int64_t n) { return in(1, n) == 1; }

private:
    std::uint64_t state_;
};

// A fact as a system of the company reports it. Who sends it keeps it until it is acknowledged.
struct Message {
    std::string source;
    std::string id, kind, subject, customer, lift, phone;
    Instant at;
    std::int64_t sequence = 0;  // grows with each change of the same fact
    promise::Change change = promise::Change::Report;
    std::int64_t took = 0;
    bool acknowledged = false;
    store::Position position = 0;  // where it was said to be
};

class Network {
public:
    explicit Network(Dice& dice) : dice_(dice) {}

    // An order is placed at `now` or about then, and what will become of it is set on its way.
    void begin_order(Instant now);
    // Something reported before is corrected or taken back.
    void change_something(Instant now);

    // Takes what arrives by `now`, in the order of arrival: places in messages().
    std::vector<std::size_t> arrived(Instant now);
    void again(std::size_t message, Instant now);  // no answer came: it is sent once more
    bool quiet() const { return under_way_.empty(); }
    Instant next() const { return under_way_.empty() ? Instant::max() : under_way_.begin()->first; }

    std::vector<Message>& messages() { return messages_; }

private:
    void send(Message, Instant now);

    Dice& dice_;
    std::vector<Message> messages_;
    std::multimap<Instant, std::size_t> under_way_;
    std::map<std::string, std::int64_t> changes_;  // of a fact, by source and id
    std::int64_t orders_ = 0;
};

// As the engine takes it; one source a report.
Report report_of(store::TenantId, const std::vector<Message>&,
                 const std::vector<std::size_t>& which, const Zone&);

}  // namespace yinuo::engine
