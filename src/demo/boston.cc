#include "demo/boston.h"

#include <algorithm>
#include <limits>
#include <map>

#include "base/arena.h"
#include "base/json_text.h"
#include "base/names.h"
#include "wire/history_reader.h"
#include "wire/mapping.h"

namespace yinuo::demo {
namespace {

constexpr std::string_view kZone = "America/New_York";
constexpr std::int64_t kWeek = 7 * LocalTime::kDay;
// The first row lies at least so long before the beginning: on a Sunday, too, something falls due.
constexpr Millis kAhead = hours(14 * 24);
constexpr LocalTime kNever{std::numeric_limits<std::int64_t>::max()};

std::string_view text_of(const feel::Value& value) {
    return value.type() == feel::Type::String ? value.as_string() : std::string_view();
}

// The two facts of each row, by subject.
class Gatherer final : public promise::FactSink {
public:
    struct Request {
        Instant opened = Instant::max(), target = Instant::max(), closed = Instant::max();
        std::string_view kind, department;
    };

    Gatherer(const Names& names, const Zone& zone) : names_(names), zone_(zone) {}

    void take(const promise::Fact& fact) override {
        auto& request = requests[fact.subject];
        if (names_.text(fact.kind) == "request.closed") {
            request.closed = fact.at;
            return;
        }
        request.opened = fact.at;
        for (const auto& [name, value] : fact.fields) {
            const auto field = names_.text(name);
            if (field == "target")
                request.target = value.to_instant(zone_).value_or(Instant::max());
            if (field == "kind") request.kind = text_of(value);
            if (field == "department") request.department = text_of(value);
        }
    }

    std::map<std::string_view, Request> requests;

private:
    const Names& names_;
    const Zone& zone_;
};

void member(std::string& out, std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out += out == "{" ? "" : ",";
    append_json_string(out, name);
    out += ':';
    append_json_string(out, text);
}

}  // namespace

Result<std::unique_ptr<Boston>> Boston::load(const std::string& folder, Instant begin,
                                             Zones& zones) {
    const Zone* zone = zones.find(kZone);
    if (zone == nullptr)
        return refuse({.code = "no-such-zone",
                       .what = {"系统里没有时区 America/New_York",
                                "this system has no time zone America/New_York"},
                       .mend = {"安装 tzdata", "install tzdata"}});
    const auto mapping = wire::Mapping::load(folder + "/mapping.yaml", zones);
    if (!mapping) return refuse(mapping.error().front().error);
    Arena memory;
    Names names;
    Gatherer gatherer(names, *zone);
    wire::HistoryReader reader(*mapping, names, zones, memory);
    const auto counts = TRY(reader.read(folder + "/data/boston311_2015_dates.csv.gz", gatherer));
    if (counts.rejected > 0 || gatherer.requests.empty())
        return refuse({.code = "unreadable",
                       .what = {"示例数据不完整", "the example's data is not whole"},
                       .mend = {"重新取一份 examples/boston311", "fetch examples/boston311 again"},
                       .place = {folder, 0, 0}});

    std::unique_ptr<Boston> boston(new Boston(*zone));
    const auto local = [&](Instant at) {
        return at >= Instant::max() ? kNever : zone->to_local(at);
    };
    for (const auto& [subject, request] : gatherer.requests)
        boston->rows_.push_back({.id = std::string(subject),
                                 .kind = std::string(request.kind),
                                 .department = std::string(request.department),
                                 .opened = local(request.opened),
                                 .target = local(request.target),
                                 .closed = local(request.closed)});
    auto& rows = boston->rows_;
    std::ranges::stable_sort(rows, {}, &Row::opened);
    const auto first = rows.front().opened.millis;
    boston->weeks_ = static_cast<int>((zone->to_local(begin - kAhead).millis - first) / kWeek);
    boston->span_ = static_cast<int>((rows.back().opened.millis - first) / kWeek) + 1;
    return boston;
}

Instant Boston::moved(LocalTime at, int round) const {
    if (at == kNever) return Instant::max();
    return zone_.to_instant({at.millis + (weeks_ + std::int64_t{round} * span_) * kWeek});
}

Instant Boston::first_opens_at() const { return moved(rows_.front().opened, 0); }

// A round before the one in hand: what takes longer than a round to close is told no more.
void Boston::seek(Instant from) {
    const auto gone = (from - first_opens_at()).count / (span_ * kWeek);
    round_ = static_cast<int>(std::max<std::int64_t>(0, gone - 1));
    at_ = 0;
}

Instant Boston::next_opens_at() { return moved(rows_[at_].opened, round_); }

Case Boston::next() {
    const Row& row = rows_[at_];
    const int round = round_;
    Case made;
    made.number = static_cast<std::uint64_t>(round) * rows_.size() + at_;
    made.subject = row.id + (round == 0 ? "" : "-" + std::to_string(round + 1));
    std::string fields = "{";
    const Instant target = moved(row.target, round);
    if (target < Instant::max()) member(fields, "target", to_string(target));
    member(fields, "kind", row.kind);
    member(fields, "department", row.department);
    const Instant opened = moved(row.opened, round), closed = moved(row.closed, round);
    made.facts.push_back({.kind = "request.opened", .at = opened, .fields = fields + "}"});
    if (closed < Instant::max())
        made.facts.push_back(
            {.kind = "request.closed", .at = std::max(closed, opened), .closes = true});
    made.cancelled_kind = "request.cancelled";
    if (++at_ == rows_.size()) {
        at_ = 0;
        ++round_;
    }
    return made;
}

std::string with_dates_moved(std::string_view text, int weeks) {
    constexpr std::string_view kMark = "date: ";
    std::string out;
    for (;;) {
        const auto found = text.find(kMark);
        if (found == std::string_view::npos) return out + std::string(text);
        out += text.substr(0, found + kMark.size());
        text.remove_prefix(found + kMark.size());
        if (const auto date = Date::parse(text.substr(0, 10))) {
            out += date->plus_days(7 * weeks).to_string();
            text.remove_prefix(10);
        }
    }
}

}  // namespace yinuo::demo
