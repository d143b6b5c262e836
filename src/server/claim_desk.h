// What the routes for claims, waivers and new dates share. See routes_claims.cc for the table.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "server/body.h"
#include "server/clause_acts.h"
#include "server/routes.h"

namespace yinuo::server {

Refusal no_obligation();

// "fields": an object of what a fact says more, each value as JSON. Refuses names that are ours.
void may_fields(Members&, std::map<std::string, std::string>& into);
// "evidence": ids of files, at most 20.
void may_files(Members&, std::vector<std::string>& into);

// The hashes of files about the subject, by their ids. Refuses those that aren't ("unknown-file").
Answered<std::vector<std::string>> hashes_of(store::Reading&, const Session&,
                                             std::string_view subject,
                                             const std::vector<std::string>& ids);

// Of a customer: those of their obligations after that id of which it is true, by id. They are
// gathered, not searched for among everybody's. nullopt: who asks is no customer.
std::optional<std::vector<store::ObligationId>> own_obligations(
    store::Reading&, const Session&, store::ObligationId after,
    const std::function<bool(const store::ObligationRow&)>& is);

// With what people have said about it.
Answer obligation_answer(const Call&, store::Reading&, Matter&, const engine::Shelf&);

// Acts on the obligation in one transaction: `make` says what is done, `answer` what is said of it
// as it stands then (absent: obligation_answer()).
using MakeActs = std::function<Answered<std::vector<ActWish>>(engine::Turns&, Matter&)>;
using AnswerActs = std::function<Answer(engine::Turns&, Matter&)>;
void act_on(Ticket, std::string obligation, MakeActs make, AnswerActs answer = {});
// Whether there is such an obligation that they may see; answers 404 if not.
bool is_there(const Ticket&, std::string_view obligation);

// --- routes_waivers.cc
void list_waivers(Ticket);
void record_waiver(Ticket);
void agree_to_waiver(Ticket);
void refuse_waiver(Ticket);
void propose_date(Ticket);
void agree_to_date(Ticket);
void decline_date(Ticket);
void reopen(Ticket);

}  // namespace yinuo::server
