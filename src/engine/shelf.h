// Every tenant's published promises, compiled: what a turn folds by.
//
// A Shelf belongs to one thread; the engine has one, whoever explains or makes receipts has others.
// All are filled from the same log entries, so they hold the same versions.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "promise/fold.h"
#include "promise/promise.h"
#include "store/rows.h"
#include "store/store.h"
#include "time/zone.h"

namespace yinuo::engine {

// A promise as it is published: its text and those of the calendars that it names, so that nothing
// outside can change what it means.
struct Publication {
    std::string text;
    std::map<std::string, std::string> calendars;  // "office.yaml" -> its text
};

// One published version.
struct Version {
    store::Position position = 0;  // of the entry that published it: its number everywhere
    store::TenantId tenant = 0;
    std::string label;      // "same-day-install@3"
    std::string text_hash;  // SHA-256 of the text, hex
    // In force for what starts in [promise->effective_from, promise->effective_until).
    std::unique_ptr<promise::Promise> promise;
    std::vector<Symbol> read;  // the fields it reads
    std::vector<int> keyed;    // clauses with `per` that are no rates
    std::vector<int> rates;
    bool hands_verdicts_across = false;  // a rate counts verdicts
};

class Shelf {
public:
    explicit Shelf(Zones& zones);
    Shelf(const Shelf&) = delete;
    Shelf& operator=(const Shelf&) = delete;

    // Compiles; `published_at` is when it comes into force, unless its text says later. Refuses a
    // text with errors (there should be none: it was checked) and names the first. An earlier
    // version of the same promise goes out of force where this one comes in.
    Result<const Version*> add(store::TenantId, store::Position, Instant published_at,
                               const Publication&);
    // Nothing more begins under it from `at`.
    void retire(store::Position, Instant at);

    const Version* find(store::Position) const;  // nullptr: none
    // Those about this kind of subject ("order" of "order/4711"), oldest first.
    std::span<const Version* const> about(store::TenantId, std::string_view stream_name) const;
    std::vector<const Version*> of(store::TenantId) const;

    Names& names() { return names_; }
    const Names& names() const { return names_; }
    Zones& zones() { return zones_; }

private:
    Zones& zones_;
    Names names_;
    std::unordered_map<store::Position, std::unique_ptr<Version>> versions_;
    struct Before {
        using is_transparent = void;
        template <typename A, typename B>
        bool operator()(const A& a, const B& b) const {
            if (a.first != b.first) return a.first < b.first;
            return std::string_view(a.second) < std::string_view(b.second);
        }
    };
    std::map<std::pair<store::TenantId, std::string>, std::vector<const Version*>, Before> about_;
};

// Brings a shelf up to date with what is published and retired. Adding twice does nothing.
Result<void> fill_shelf(store::Reading&, Shelf&);
// The same from the log alone, whatever stands beside it. Refuses an entry that can't be read.
Result<void> fill_shelf_from_log(store::Reading&, Shelf&);

// The part of a stream's name before the first '/'.
std::string_view kind_of_subject(std::string_view stream_name);

// Reads a publication's text against its own calendars; findings as `yinuo check` gives them.
struct PublicationReading {
    std::vector<promise::Promise> promises;
    Findings findings;
};
PublicationReading read_publication(const Publication&, Names&, Zones&);

}  // namespace yinuo::engine
