// Whole SLA stories ("traces") of the business-hours vectors, told through promises.
//
// Each story's events become facts; the peer's policy is a promise file (data/profiles), whose
// schedule `case` is given the story's calendar. What the fold answers after each event is held
// against what the peer expects. How a peer shows its deadlines (whether a met one is still shown)
// is a table of four words a peer; every instant comes from the promise.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "promise/promise.h"
#include "time/zone.h"
#include "wire/json.h"

namespace yinuo::wire {

struct Profile {
    std::string name;
    promise::Promise promise;
};

// The peers' promises that ship with the program. A bug in one of them stops the process.
std::vector<Profile> shipped_profiles(Names&, Zones&);

struct TraceResult {
    enum class Answer : std::uint8_t {
        Holds,
        Fails,    // the promise answers otherwise
        NotSaid,  // the story asks for something that no promise says, or there is no such profile
    };
    Answer answer = Answer::NotSaid;
    std::string what;
};

// Runs one trace under the promise of that profile, whose schedule becomes the trace's.
TraceResult run_trace(const Json& trace, std::string_view profile, std::span<Profile>, Names&,
                      Zones&);

}  // namespace yinuo::wire
