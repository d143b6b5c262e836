#include "cli/scene_live.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "time/civil.h"
#include "wire/feel_json.h"

namespace yinuo::cli {
namespace {

constexpr std::size_t kFactsAtOnce = 500;
constexpr std::size_t kStoryMost = 40;
constexpr Millis kHop = hours(24 * 7);
constexpr Millis kLeastBefore = hours(48);
constexpr std::string_view kTooMany = "too-many-sign-ins";
constexpr Millis kSignInsForgotten = minutes(61);
constexpr std::string_view kKeyMay =
    R"(["promises.read","promises.approve","facts.write","subjects.read","obligations.read","payouts.read"])";

std::string quoted(std::string_view text) {
    std::string out;
    wire::append_json_string(out, text);
    return out;
}

std::string_view word(const wire::Json& of, std::string_view key) {
    const auto* found = of.find(key);
    return found == nullptr ? std::string_view() : found->text;
}

// A file holds several versions; the API takes one at a time.
Result<std::vector<std::string>> texts_in(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return refuse(
            {.code = "no-file",
             .what = {"读不到文件「" + path + "」", "the file \"" + path + "\" cannot be read"}});
    std::vector<std::string> texts(1);
    bool empty = true;
    for (std::string line; std::getline(file, line);) {
        if (line == "---") {
            if (!empty) texts.emplace_back();
            empty = true;
            continue;
        }
        empty = empty && (line.empty() || line.starts_with('#'));
        texts.back() += line + "\n";
    }
    if (empty && texts.size() > 1) texts.pop_back();
    return texts;
}

Findings findings_in(const wire::Json& version) {
    Findings findings;
    const auto* all = version.find("findings");
    if (all == nullptr) return findings;
    const auto both = [](const wire::Json* text) {
        return text == nullptr
                   ? Text{}
                   : Text{std::string(word(*text, "zh")), std::string(word(*text, "en"))};
    };
    for (const auto& one : all->items) {
        const auto severity = word(one, "severity");
        findings.push_back({severity == "error"     ? Severity::Error
                            : severity == "warning" ? Severity::Warning
                                                    : Severity::Note,
                            {.code = std::string(word(one, "code")),
                             .what = both(one.find("what")),
                             .mend = both(one.find("mend"))}});
    }
    return findings;
}

}  // namespace

// --- the house ----------------------------------------------------------------------------------

Result<std::unique_ptr<LiveHouse>> LiveHouse::enter(std::string url, std::string key,
                                                    std::string prefix) {
    std::unique_ptr<LiveHouse> house(
        new LiveHouse(TRY(ApiClient::at(std::move(url))), std::move(key), std::move(prefix)));
    Arena memory;
    auto clock = TRY(
        house->client_.ask({.method = "GET", .path = "/api/v1/test-clock", .token = house->key_}));
    if (clock.status == 404)
        return refuse(
            {.code = "no-test-clock",
             .what = {"这台服务器的时间不由人拨动，场景没法在上面跑",
                      "this server's time isn't set by hand, so no scene can run on it"},
             .mend = {"用 yinuo serve --test-clock 2013-01-01T00:00:00Z 另起一台，数据文件夹要新的",
                      "start another with yinuo serve --test-clock 2013-01-01T00:00:00Z, "
                      "on a fresh folder"}});
    const auto answer = TRY(house->client_.must(
        {.method = "GET", .path = "/api/v1/test-clock", .token = house->key_}, memory));
    house->now_ = parse_instant(word(answer, "now")).value_or(Instant::max());
    const auto tenants = TRY(house->client_.must(
        {.method = "GET", .path = "/api/v1/tenants", .token = house->key_}, memory));
    if (const auto* items = tenants.find("items")) house->companies_ = items->items.size();
    return house;
}

Result<void> LiveHouse::begin(Instant first) {
    first_ = first;
    if (now_ + kLeastBefore <= first) return {};
    return refuse(
        {.code = "too-late",
         .what = {"服务器的时钟已是 " + to_string(now_) + "，场景从 " + to_string(first) +
                      " 开始，来不及准备",
                  "the server's clock is at " + to_string(now_) + ", and the scenes begin at " +
                      to_string(first) + ": too late to prepare them"},
         .mend = {"时钟不往回走：另起一台，--test-clock 至少早两天",
                  "time doesn't go back: start another one with a --test-clock that is two "
                  "days earlier, or more"}});
}

// Nobody may sign in more often than that within an hour: we let one pass, before the scenes begin.
Result<std::string> LiveHouse::sign_in(const std::string& body) {
    const ApiClient::Request request{.method = "POST", .path = "/api/v1/sessions", .body = body};
    Arena memory;
    auto session = client_.must(request, memory);
    if (!session && session.error().code == kTooMany && now_ + kSignInsForgotten < first_) {
        if (auto moved = move_to(now_ + kSignInsForgotten); !moved) return refuse(moved.error());
        session = client_.must(request, memory);
    }
    if (!session) return refuse(session.error());
    return std::string(word(*session, "token"));
}

// In hops that the server lives through while we wait.
Result<void> LiveHouse::move_to(Instant now) {
    while (now_ < now) {
        const Instant next = std::min(now, now_ + kHop);
        Arena memory;
        const auto moved = TRY(client_.must({.method = "PUT",
                                             .path = "/api/v1/test-clock",
                                             .token = key_,
                                             .body = R"({"now":")" + to_string(next) + "\"}"},
                                            memory));
        now_ = parse_instant(word(moved, "now")).value_or(next);
        if (now_ != next)
            return refuse({.code = "clock-moved",
                           .what = {"还有别人在拨这台服务器的时钟",
                                    "somebody else moves this server's clock"}});
    }
    return {};
}

Result<LiveHouse::Company> LiveHouse::found() {
    Arena memory;
    const auto name = fmt::format("{}-{}", prefix_, ++companies_);
    const auto password = quoted(vault::token(entropy_, 16));
    static_cast<void>(TRY(client_.must(
        {.method = "POST",
         .path = "/api/v1/tenants",
         .token = key_,
         .body =
             fmt::format(R"({{"name":{0},"title":{0},"owner_login":"owner","owner_title":"owner",)"
                         R"("owner_password":{1}}})",
                         quoted(name), password)},
        memory)));
    auto token = TRY(sign_in(
        fmt::format(R"({{"tenant":{},"login":"owner","password":{}}})", quoted(name), password)));
    Company company{.owner = std::move(token), .key = {}};
    const auto key =
        TRY(client_.must({.method = "POST",
                          .path = "/api/v1/keys",
                          .token = company.owner,
                          .body = fmt::format(R"({{"name":"scene","permissions":{}}})", kKeyMay)},
                         memory));
    company.key = word(key, "text");
    return company;
}

Result<Findings> LiveHouse::draft(const Company& company, const std::vector<std::string>& texts,
                                  std::vector<std::string>& ids) {
    Arena memory;
    Findings findings;
    for (const auto& text : texts) {
        const auto drafted = TRY(client_.must({.method = "POST",
                                               .path = "/api/v1/promises",
                                               .token = company.owner,
                                               .body = R"({"text":)" + quoted(text) + "}"},
                                              memory));
        ids.emplace_back(word(drafted, "id"));
        for (auto& finding : findings_in(drafted)) findings.push_back(std::move(finding));
    }
    return findings;
}

// The owner drafts, the key approves: two, as it takes.
Result<void> LiveHouse::publish(const Company& company, const std::vector<std::string>& ids) {
    Arena memory;
    for (const auto& id : ids) {
        const auto path = "/api/v1/promises/" + encoded(id);
        std::string etag;
        static_cast<void>(TRY(
            client_.must({.method = "GET", .path = path, .token = company.owner}, memory, &etag)));
        for (const std::string_view step : {"check", "approve", "publish"})
            static_cast<void>(
                TRY(client_.must({.method = "POST",
                                  .path = path + "/" + std::string(step),
                                  .token = step == "approve" ? company.key : company.owner,
                                  .if_match = etag},
                                 memory, &etag)));
    }
    return {};
}

Result<House::Opened> LiveHouse::open(const Cast& cast) {
    std::vector<std::string> texts, ids;
    for (const auto& file : cast.files)
        for (auto& text : TRY(texts_in(file))) texts.push_back(std::move(text));
    const auto company = TRY(found());
    auto findings = TRY(draft(company, texts, ids));
    Opened opened{.stage = nullptr, .findings = std::move(findings)};
    const bool errors = std::ranges::any_of(
        opened.findings, [](const Finding& one) { return one.severity == Severity::Error; });
    if (errors || cast.has_errors()) return opened;
    if (auto out = publish(company, ids); !out) return refuse(out.error());
    opened.stage = std::make_unique<LiveStage>(*this, company.key, cast.promises);
    return opened;
}

// --- the stage ----------------------------------------------------------------------------------

void LiveStage::add(const wire::SceneFact& said, std::int64_t sequence) {
    constexpr std::string_view kChanges[] = {"report", "correct", "retract"};
    std::string fields;
    for (const auto& [name, value] : said.fields) {
        if (value.is_null()) continue;
        fields += (fields.empty() ? "" : ",") + quoted(name) + ":";
        wire::append_feel(fields, value, wire::FeelSpelling::Typed);
    }
    for (int k = 1; k <= said.count; ++k) {
        const std::string number = said.count > 1 ? "-" + std::to_string(k) : "";
        std::string fact = R"({"kind":)" + quoted(said.kind) + R"(,"subject":)" +
                           quoted(said.about + number) + R"(,"at":")" + to_string(said.at) +
                           R"(","sequence":)" + std::to_string(sequence++);
        if (!said.id.empty()) fact += R"(,"id":)" + quoted(said.id + number);
        fact += R"(,"change":")" + std::string(kChanges[static_cast<std::size_t>(said.change)]) +
                R"(","fields":{)" + fields + "}}";
        waiting_.push_back(std::move(fact));
    }
}

Result<void> LiveStage::move_to(Instant now) {
    if (auto moved = house_.move_to(now); !moved) return moved;
    for (std::size_t from = 0; from < waiting_.size(); from += kFactsAtOnce) {
        std::string body = "[";
        for (std::size_t i = from; i < std::min(waiting_.size(), from + kFactsAtOnce); ++i)
            body += (i > from ? "," : "") + waiting_[i];
        Arena memory;
        const auto answer = TRY(house_.client().must({.method = "POST",
                                                      .path = "/api/v1/facts?source=scene",
                                                      .token = key_,
                                                      .body = body + "]"},
                                                     memory));
        if (const auto* refused = answer.find("refused");
            refused != nullptr && refused->text == "0")
            continue;
        const auto* items = answer.find("items");
        for (const auto& item : items == nullptr ? std::span<const wire::Json>() : items->items) {
            const auto* errors = item.find("errors");
            if (errors == nullptr || errors->items.empty()) continue;
            const auto& error = errors->items.front();
            const std::string words(word(error, "detail"));
            return refuse({.code = std::string(word(error, "code")), .what = {words, words}});
        }
    }
    waiting_.clear();
    return {};
}

Result<void> LiveStage::look_at(const wire::Json& row, std::vector<LiveStandings>& all) {
    const auto label = word(row, "promise");
    const auto side = std::ranges::find_if(
        all, [&](const LiveStandings& s) { return s.standings.promise->label() == label; });
    if (side == all.end()) return {};
    const auto explanation = TRY(house_.client().must(
        {.method = "GET",
         .path = "/api/v1/obligations/" + encoded(word(row, "id")) + "/explain",
         .token = key_},
        memory_));
    const bool is_there = read_live(row, explanation, *side);
    if (!is_there) return {};
    const auto& promise = *side->standings.promise;
    const auto& o = side->standings.obligations.back();
    const auto& clause = promise.clauses[static_cast<std::size_t>(o.clause)].name;
    // What the fold told, where there is an account; what was written down, where not.
    const auto* account = explanation.find("account");
    const auto* story = account != nullptr && !account->items.empty()
                            ? account->items.front().find("story")
                            : explanation.find("steps");
    if (story == nullptr) return {};
    for (const auto& step : story->items) {
        const auto* words = step.find("words");
        if (words == nullptr) continue;
        const auto at = parse_instant(word(step, "at")).value_or(Instant::max());
        const auto head =
            when_text(at, promise) + " " + clause + " " + std::string(o.subject) + " ";
        told_.push_back(
            {&promise,
             clause,
             std::string(o.subject),
             {head + std::string(word(*words, "zh")), head + std::string(word(*words, "en"))}});
    }
    return {};
}

Result<std::vector<wire::Json>> LiveStage::all_of(const std::string& list) {
    std::vector<wire::Json> rows;
    for (std::string cursor;;) {
        const auto page = TRY(house_.client().must(
            {.method = "GET", .path = list + "?limit=200" + cursor, .token = key_}, memory_));
        if (const auto* items = page.find("items"))
            rows.insert(rows.end(), items->items.begin(), items->items.end());
        const auto next = word(page, "next");
        if (next.empty()) return rows;
        cursor = "&cursor=" + encoded(next);
    }
}

Result<std::vector<Standings>> LiveStage::stand(Instant) {
    memory_.reset();
    told_.clear();
    std::vector<LiveStandings> all(promises_.size());
    for (std::size_t i = 0; i < promises_.size(); ++i) all[i].standings.promise = promises_[i];
    for (const auto& row : TRY(all_of("/api/v1/obligations")))
        if (auto seen = look_at(row, all); !seen) return refuse(seen.error());
    for (const auto& payout : TRY(all_of("/api/v1/payouts"))) lessen_given(payout, all);
    std::vector<Standings> standings;
    for (auto& [one, events] : all) {
        std::ranges::stable_sort(events, {}, [](const auto& event) { return event.first; });
        for (auto& [position, event] : events) one.events.push_back(std::move(event));
        standings.push_back(std::move(one));
    }
    return standings;
}

std::vector<Text> LiveStage::story(const promise::Promise& promise, const wire::Expectation& about,
                                   Instant) {
    std::vector<Text> lines;
    for (const auto& told : told_) {
        const bool asked = about.clause.empty() || about.clause == told.clause ||
                           told.clause.ends_with("." + about.clause);
        if (told.promise != &promise || !asked || lines.size() >= kStoryMost ||
            (!about.subject.empty() && about.subject != told.subject))
            continue;
        lines.push_back(told.words);
    }
    return lines;
}

}  // namespace yinuo::cli
