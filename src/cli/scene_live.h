// Plays scenes on a running server, over HTTP: `yinuo scene --server`.
//
// Every playing of a scene has a company of its own, made with the operator's key; its owner and a
// key of its publish the promises, facts are reported at their hearing, and how things stand is what
// the API shows. The server's time must be set by hand (`yinuo serve --test-clock`): it is moved to
// each instant at which something happens, and never back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/api_client.h"
#include "cli/scene_stage.h"
#include "vault/random.h"

namespace yinuo::cli {

class LiveHouse final : public House {
public:
    // `key` is an operator's, with tenants.read, tenants.write and clock.set. Companies are called
    // PREFIX-1, PREFIX-2... Refuses a server that can't be asked, or whose time is the machine's.
    static Result<std::unique_ptr<LiveHouse>> enter(std::string url, std::string key,
                                                    std::string prefix);

    // Refuses when the server's clock isn't well before the first instant: "too-late".
    Result<void> begin(Instant first) override;
    Result<Opened> open(const Cast&) override;

    ApiClient& client() { return client_; }
    Result<void> move_to(Instant now);

private:
    LiveHouse(ApiClient client, std::string key, std::string prefix)
        : client_(std::move(client)), key_(std::move(key)), prefix_(std::move(prefix)) {}
    struct Company {
        std::string owner;  // token
        std::string key;    // text
    };
    Result<Company> found();
    Result<std::string> sign_in(const std::string& body);
    Result<Findings> draft(const Company&, const std::vector<std::string>& texts,
                           std::vector<std::string>& ids);
    Result<void> publish(const Company&, const std::vector<std::string>& ids);

    ApiClient client_;
    std::string key_, prefix_;
    vault::SystemEntropy entropy_;
    Instant now_;
    Instant first_;  // nothing may be done at or after it before the scenes begin
    std::size_t companies_ = 0;
};

// How things stand, as far as it was read.
struct LiveStandings {
    Standings standings;
    std::vector<std::pair<std::int64_t, promise::Event>> events;  // with their place in the log
};

class LiveStage final : public Stage {
public:
    LiveStage(LiveHouse& house, std::string key, std::vector<const promise::Promise*> promises)
        : house_(house), key_(std::move(key)), promises_(std::move(promises)) {}

    void add(const wire::SceneFact&, std::int64_t sequence) override;
    // Also refuses when the server refuses a fact.
    Result<void> move_to(Instant now) override;
    // What the server says of every obligation, as `now` is on its clock.
    Result<std::vector<Standings>> stand(Instant now) override;
    std::vector<Text> story(const promise::Promise&, const wire::Expectation& about,
                            Instant now) override;

private:
    struct Told {
        const promise::Promise* promise;
        std::string clause, subject;
        Text words;
    };
    Result<std::vector<wire::Json>> all_of(const std::string& list);  // every page
    Result<void> look_at(const wire::Json& row, std::vector<LiveStandings>& all);

    LiveHouse& house_;
    const std::string key_;
    const std::vector<const promise::Promise*> promises_;
    std::vector<std::string> waiting_;  // facts to be reported, as JSON
    Arena memory_;                      // of the last look
    std::vector<Told> told_;            // at the last look
};

// --- reading what the API answers (scene_live_read.cc)

// One obligation (`row` of GET /obligations) with its explanation (of GET /obligations/{id}/explain)
// into how its promise's version stands. False: it began and, as the facts stand now, never did.
// Texts borrow from the JSON.
bool read_live(const wire::Json& row, const wire::Json& explanation, LiveStandings& into);

// A payout (of GET /payouts) that gives less than its remedy said: what was given is that.
void lessen_given(const wire::Json& payout, std::vector<LiveStandings>& all);

}  // namespace yinuo::cli
