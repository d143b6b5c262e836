#include "engine/simulation_network.h"

namespace yinuo::engine {
namespace {

constexpr const char* kSources[] = {"crm", "field", "calls"};

// What may become of an order, the likelier the more often it stands here.
constexpr const char* kKinds[] = {"active", "active",     "active", "cancelled", "away", "back",
                                  "moved",  "complained", "called", "called",    "paid", "failed"};
constexpr const char* kClosed = "closed";

}  // namespace

void Network::begin_order(Instant now) {
    const auto number = ++orders_;
    Message about;
    about.subject = (dice_.one_in(4) ? "visit/" : "order/") + std::to_string(number);
    about.source = kSources[dice_.in(0, 2)];
    about.lift = "L-" + std::to_string(number / 6 * 3 + dice_.in(0, 2));
    // Now and then a name that was erased comes back: somebody new.
    if (!dice_.one_in(4)) about.customer = "customer-" + std::to_string(dice_.in(1, 60));
    const Instant placed = now + minutes(dice_.in(-90, 30));
    const auto events = dice_.in(2, 6);
    for (std::int64_t i = 0; i < events; ++i) {
        Message one = about;
        one.id = std::to_string(number) + "-" + std::to_string(i);
        one.kind = i == 0 ? "placed" : kKinds[dice_.in(0, std::size(kKinds) - 1)];
        // Nearly all come to an end, or years of promises would lie open.
        if (i > 0 && i == events - 1 && !dice_.one_in(300)) one.kind = "active";
        // Whole minutes often fall on due instants, and on one another.
        one.at = i == 0 ? placed : placed + minutes(dice_.in(0, 50) * (dice_.one_in(2) ? 60 : 7));
        one.took = dice_.in(1, 140);
        if (dice_.one_in(5)) one.phone = "13" + std::to_string(dice_.in(100'000'000, 999'999'999));
        send(std::move(one), now);
    }
    // In the end its file is closed, whatever became of it; a few are forgotten for a long time.
    about.id = std::to_string(number) + "-" + std::to_string(events);
    about.kind = kClosed;
    about.at = placed + hours(dice_.one_in(2'000) ? dice_.in(500, 1'000) : dice_.in(60, 200));
    send(std::move(about), now);
}

void Network::change_something(Instant now) {
    if (messages_.empty()) return;
    const auto recent = std::min<std::size_t>(messages_.size(), 400);
    Message one =
        messages_[messages_.size() - 1 -
                  static_cast<std::size_t>(dice_.in(0, static_cast<std::int64_t>(recent) - 1))];
    if (one.kind == kClosed) return;  // or it would go on for good
    one.acknowledged = false;
    one.position = 0;
    one.sequence = ++changes_[one.source + ":" + one.id];
    one.change = dice_.one_in(3) ? promise::Change::Retract : promise::Change::Correct;
    if (one.change == promise::Change::Correct) {
        if (dice_.one_in(2)) one.at = one.at + minutes(dice_.in(-300, 300));
        if (dice_.one_in(2)) one.took = dice_.in(1, 140);
        if (dice_.one_in(4)) one.lift += "x";
        if (dice_.one_in(4)) one.kind = kKinds[dice_.in(0, std::size(kKinds) - 1)];
    }
    send(std::move(one), now);
}

// Word of something comes soon after it; sometimes before, sometimes days late, sometimes twice.
void Network::send(Message message, Instant now) {
    const auto place = messages_.size();
    const Instant sent = std::max(now, message.at - minutes(dice_.one_in(10) ? 600 : 0));
    messages_.push_back(std::move(message));
    const auto delay = [&] {
        const auto kind = dice_.in(1, 20);
        if (kind == 1) return hours(dice_.in(1, 100));
        if (kind < 5) return minutes(dice_.in(1, 90));
        return Millis{dice_.in(0, 3'000)};
    };
    under_way_.emplace(sent + delay(), place);
    if (dice_.one_in(12)) under_way_.emplace(sent + delay(), place);
}

std::vector<std::size_t> Network::arrived(Instant now) {
    std::vector<std::size_t> places;
    while (!under_way_.empty() && under_way_.begin()->first <= now && places.size() < 200) {
        places.push_back(under_way_.begin()->second);
        under_way_.erase(under_way_.begin());
    }
    return places;
}

void Network::again(std::size_t message, Instant now) {
    under_way_.emplace(now + seconds(dice_.in(1, 600)), message);
}

Report report_of(store::TenantId tenant, const std::vector<Message>& messages,
                 const std::vector<std::size_t>& which, const Zone& zone) {
    Report report{.tenant = tenant,
                  .source = messages[which.front()].source,
                  .memory = std::make_shared<Arena>(),
                  .facts = {}};
    Arena& memory = *report.memory;
    const auto field = [&](std::string_view name, const feel::Value& value) {
        return wire::ReportedField{name, value};
    };
    for (const auto place : which) {
        const Message& one = messages[place];
        std::vector<wire::ReportedField> fields = {
            field("by", feel::Value::string(one.took % 3 == 0 ? "company" : "customer")),
            field("lift", feel::Value::string(memory.copy(one.lift))),
            field("took", feel::Value::number(Decimal(one.took))),
            field("wanted", feel::Value::instant(one.at + hours(30), zone))};
        std::vector<wire::ReportedField> personal;
        if (!one.phone.empty())
            personal.push_back(field("phone", feel::Value::string(memory.copy(one.phone))));
        report.facts.push_back(
            {.id = memory.copy(one.id),
             .kind = memory.copy(one.kind),
             .subject = memory.copy(one.subject),
             .customer = memory.copy(one.customer),
             .at = one.at,
             .sequence = one.sequence,
             .change = one.change,
             .fields = memory.copy(std::span<const wire::ReportedField>(fields)),
             .personal = memory.copy(std::span<const wire::ReportedField>(personal))});
    }
    return report;
}

}  // namespace yinuo::engine
