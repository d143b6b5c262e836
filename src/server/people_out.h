// What people said about an obligation, as the API shows it: claims, the excuse, new dates.
//
// Everybody who may see the obligation sees who said what and why, the customer first of all; only
// what a customer wrote in their own words is for them and for those who decide.
#pragma once

#include <string>

#include "engine/customers.h"
#include "server/clause_acts.h"
#include "server/json_out.h"
#include "server/matter.h"
#include "server/session.h"

namespace yinuo::server {

// Members `claims`, `waiver` and `dates` of the obligation, as far as there is anything to say. The
// second folds its facts only where people have said something.
void write_people(JsonOut&, Matter&, store::Reading&);
void write_people(JsonOut&, store::Reading&, engine::Shelf&, const SeenObligation&, Instant now);

// One claim as an object; `words` of those whose they are or who decide on it.
void write_claim(JsonOut&, Matter&, store::Reading&, const promise::Fact& claim,
                 std::string_view words = {});
// What the claimant wrote; empty: nothing, or their key is gone.
std::string words_of(store::Reading&, engine::Keys&, Matter&, const promise::Fact&);
bool may_read_words(const Session&);

// "原因：物业不让进场。王敏、李雷核实并同意，证据 1 份"
Text waiver_words(Matter&);

// What can be done now, by who asks, with what each asks for: the items of a list.
void write_acts(JsonOut&, Matter&, store::Reading&, const Session&);

// Whether the route of that act is open to them.
bool may_act(const Session&, Act);

}  // namespace yinuo::server
