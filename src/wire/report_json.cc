#include "wire/report_json.h"

#include <string_view>

#include "wire/json_writer.h"

namespace yinuo::wire {
namespace {

using promise::State;

using Writer = JsonWriter;

void write(Writer& w, std::string_view key, Instant at) {
    w.key(key);
    at == Instant::max() || at == Instant::min() ? w.null() : w.text(to_string(at));
}

void write(Writer& w, std::string_view key, const Text& text) {
    w.key(key).open('{');
    w.key("zh").text(text.zh);
    w.key("en").text(text.en);
    w.close('}');
}

void write(Writer& w, std::string_view key, const twin::Payout& payout) {
    w.key(key).open('{');
    for (const auto& [currency, minor] : payout) w.key(currency).number(minor);
    w.close('}');
}

void write(Writer& w, std::string_view key, const twin::Share& share) {
    w.key(key);
    if (share.of == 0) return w.null();
    w.open('{');
    w.key("count").number(share.count);
    w.key("of").number(share.of);
    w.key("value").real(share.value);
    w.key("low").real(share.low);
    w.key("high").real(share.high);
    w.close('}');
}

void write(Writer& w, std::string_view key, const twin::Counts& counts) {
    w.key(key).open('{');
    w.key("total").number(counts.total());
    w.key("kept").number(counts.kept());
    w.key("broken").number(counts.broken());
    w.key("open").number(counts.open());
    w.key("waived").number(counts.of(State::Waived));
    w.key("void").number(counts.of(State::Void));
    w.key("void_by_us").number(counts.of(State::VoidByUs));
    w.key("not_measured").number(counts.of(State::NotMeasured));
    w.key("open_states").open('{');
    w.key("pending").number(counts.of(State::Pending));
    w.key("running").number(counts.of(State::Running));
    w.key("paused").number(counts.of(State::Paused));
    w.key("at_risk").number(counts.of(State::AtRisk));
    w.close('}');
    write(w, "kept_rate", counts.kept_share());
    w.close('}');
}

void write(Writer& w, std::string_view key, const twin::Distribution& d, std::string_view unit) {
    w.key(key);
    if (d.count == 0) return w.null();
    w.open('{');
    w.key("unit").text(unit);
    w.key("count").number(d.count);
    w.key("least").number(d.least);
    w.key("mean").real(d.mean);
    w.key("p50").number(d.p50);
    w.key("p90").number(d.p90);
    w.key("p95").number(d.p95);
    w.key("p99").number(d.p99);
    w.key("most").number(d.most);
    w.key("histogram").open('[');
    for (const auto& bar : d.bars) {
        w.open('{');
        w.key("from").number(bar.from);
        w.key("to").number(bar.to);
        w.key("count").number(bar.count);
        w.close('}');
    }
    w.close(']');
    w.close('}');
}

std::string_view unit_name(const twin::Dial& dial) {
    if (dial.what == twin::Dial::What::Tolerance) return "ms past the promised instant";
    switch (dial.pattern.unit) {
        case promise::Unit::Clock: return "ms";
        case promise::Unit::Work: return "work ms";
        case promise::Unit::WorkingDays: return "working days";
        case promise::Unit::Days: return "days";
        case promise::Unit::Months: return "months";
    }
    return "";
}

void write(Writer& w, const twin::CurvePoint& point) {
    w.open('{');
    w.key("limit").number(point.limit);
    w.key("kept").number(point.kept);
    w.key("broken").number(point.broken);
    w.key("open").number(point.open);
    w.key("void_or_waived").number(point.others);
    write(w, "kept_rate", point.rate);
    if (point.payout) write(w, "payout", *point.payout);
    w.close('}');
}

void write(Writer& w, const twin::Curve& curve) {
    w.open('{');
    w.key("unit").text(unit_name(curve.dial));
    w.key("present");
    curve.dial.present ? w.number(*curve.dial.present) : w.null();
    w.key("reaches").open('[');
    for (const auto& reach : curve.reaches) {
        w.open('{');
        w.key("percent").number(reach.percent);
        w.key("limit");
        reach.limit ? w.number(*reach.limit) : w.null();
        w.close('}');
    }
    w.close(']');
    w.key("points").open('[');
    for (const auto& point : curve.points) write(w, point);
    w.close(']');
    w.key("payout_sampled_every").number(curve.sampled_every);
    w.close('}');
}

void write(Writer& w, const std::vector<twin::GiftTotal>& gifts) {
    w.open('[');
    for (const auto& gift : gifts) {
        w.open('{');
        w.key("promise").text(gift.promise);
        w.key("remedy").text(gift.remedy);
        w.key("kind").text(gift.kind);
        w.key("unit").text(gift.unit);
        w.key("count").number(gift.count);
        if (gift.is_money) {
            w.key("minor").number(gift.minor);
        } else if (!gift.unit.empty()) {
            w.key("amount").digits(gift.amount.to_string());
        }
        w.key("withheld").number(gift.withheld);
        w.key("set_aside").number(gift.set_aside);
        w.close('}');
    }
    w.close(']');
}

void write(Writer& w, const twin::ClauseReport& clause) {
    w.open('{');
    w.key("promise").text(clause.promise);
    w.key("clause").text(clause.name);
    write(w, "title", clause.title);
    write(w, "limit", clause.says);
    write(w, "obligations", clause.counts);
    w.key("provisional").number(clause.provisional);
    write(w, "late", clause.late, "ms");
    if (clause.used) write(w, "used", *clause.used, unit_name(clause.curve->dial));
    w.key("curve");
    clause.curve ? write(w, *clause.curve) : w.null();
    if (!clause.curve) write(w, "no_curve", clause.no_curve);
    w.key("pauses").open('[');
    for (const auto& pause : clause.pauses) {
        w.open('{');
        w.key("reason").text(pause.reason);
        w.key("count").number(pause.count);
        w.key("ms").number(pause.time.count);
        w.key("capped").number(pause.capped);
        w.close('}');
    }
    w.close(']');
    w.close('}');
}

void write(Writer& w, const twin::VersionUsed& version) {
    w.open('{');
    w.key("id").text(version.id);
    w.key("version").number(version.version);
    write(w, "title", version.title);
    write(w, "effective", version.from);
    write(w, "until", version.until);
    w.key("zone").open('{');
    w.key("name").text(version.zone);
    w.key("version").text(version.zone_version);
    w.close('}');
    w.key("calendars").open('[');
    for (const auto& calendar : version.calendars) {
        w.open('{');
        w.key("name").text(calendar.name);
        w.key("version").text(calendar.version);
        if (calendar.announced_until)
            w.key("announced_until").text(calendar.announced_until->to_string());
        w.close('}');
    }
    w.close(']');
    w.key("obligations").number(version.obligations);
    w.close('}');
}

void write(Writer& w, const twin::Comparison& c) {
    w.open('{');
    write(w, "obligations", c.counts);
    write(w, "payout", c.payout);
    w.key("remedies");
    write(w, c.gifts);
    w.key("moves").open('[');
    for (const auto& move : c.moves) {
        w.open('{');
        w.key("from").text(promise::name_of(move.from));
        w.key("to").text(promise::name_of(move.to));
        w.key("count").number(move.count);
        w.close('}');
    }
    w.close(']');
    w.key("only_before").number(c.only_before);
    w.key("only_after").number(c.only_after);
    w.key("subjects").open('{');
    w.key("gain").number(c.gain);
    w.key("lose").number(c.lose);
    w.key("same").number(c.same);
    w.close('}');
    w.key("examples").open('[');
    for (const auto& example : c.examples) {
        w.open('{');
        w.key("subject").text(example.subject);
        w.key("before").text(example.before);
        w.key("after").text(example.after);
        write(w, "payout_before", example.paid_before);
        write(w, "payout_after", example.paid_after);
        w.close('}');
    }
    w.close(']');
    w.close('}');
}

}  // namespace

std::string report_json(const twin::Report& report) {
    Writer w;
    w.open('{');
    write(w, "as_of", report.now);
    w.key("facts").open('{');
    w.key("read").number(static_cast<std::int64_t>(report.facts_read));
    w.key("rows").number(static_cast<std::int64_t>(report.rows_read));
    w.key("rejected").number(static_cast<std::int64_t>(report.rows_rejected));
    w.key("subjects").number(static_cast<std::int64_t>(report.subjects));
    write(w, "first", report.first_at);
    write(w, "last", report.last_at);
    w.close('}');
    write(w, "obligations", report.obligations);
    write(w, "payout", report.payout);
    write(w, "withheld", report.withheld);
    w.key("given").open('{');
    for (const auto& [unit, amount] : report.given) w.key(unit).digits(amount.to_string());
    w.close('}');
    w.key("remedies");
    write(w, report.gifts);
    w.key("clauses").open('[');
    for (const auto& clause : report.clauses) write(w, clause);
    w.close(']');
    w.key("slices").open('[');
    for (const auto& slice : report.slices) {
        for (std::size_t i = 0; i < slice.values.size(); ++i) {
            const bool rest = slice.gathered > 0 && i + 1 == slice.values.size();
            w.open('{');
            w.key("by").text(slice.by);
            w.key("value");
            rest ? w.null() : w.text(slice.values[i].value);
            if (rest) w.key("gathers").number(slice.gathered);
            write(w, "obligations", slice.values[i].counts);
            w.close('}');
        }
    }
    w.close(']');
    w.key("promises").open('[');
    for (const auto& version : report.promises) write(w, version);
    w.close(']');
    w.key("comparison");
    report.comparison ? write(w, *report.comparison) : w.null();
    w.key("conditions_out_of_steps").number(report.exhausted);
    w.close('}');
    return w.take();
}

}  // namespace yinuo::wire
