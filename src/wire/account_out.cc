#include "wire/account_out.h"

#include <fmt/format.h>

#include "wire/json_writer.h"
#include "wire/report_words.h"

namespace yinuo::wire {
namespace {

constexpr std::size_t kPartsShown = 60;

class Page {
public:
    explicit Page(bool chinese) : zh_(chinese) {}

    void write(const twin::Account& account) {
        const auto& o = account.obligation;
        const auto& p = *account.promise;
        const auto& clause = p.clauses[static_cast<std::size_t>(o.clause)];
        add("{}  {} / {}", o.subject, p.label(), clause.name);
        if (o.occurrence > 1)
            out_ += fmt::format(fmt::runtime(say("（第 {} 次）", " (no. {})")), o.occurrence);
        add("  {}\n", say(clause.title));
        add("  {}{}\n", say("结论：", "verdict: "), say(account.verdict));
        add("\n  {}\n", say("经过", "what happened"));
        for (const auto& told : account.story)
            add("    {}  {}\n", wall(told.at, p), say(told.words));
        if (!account.parts.empty()) {
            add("\n  {}\n",
                say("从开始到截止，哪些时间计入", "what counted between start and due"));
            std::size_t shown = 0;
            for (const auto& part : account.parts) {
                if (++shown > kPartsShown) continue;
                const std::string amount = !part.counts            ? say("不计", "no")
                                           : account.parts_in_days ? "1"
                                                                   : say(length(part.amount));
                add("    {} – {}  {}  {}\n", wall(part.begin, p), wall(part.end, p), amount,
                    say(part.why));
            }
            if (shown > kPartsShown)
                out_ +=
                    fmt::format(fmt::runtime(say("    …… 另有 {} 段\n", "    ... and {} more\n")),
                                shown - kPartsShown);
        }
        if (!account.sum.en.empty()) add("    {}{}\n", say("合计：", "sum: "), say(account.sum));
        gifts(say("应赔", "owed"), account.owed, p);
        if (account.installments.size() > 1)
            gifts(say("逐次增加", "as it grew"), account.installments, p);
        add("\n  {} {}", say("依据：", "rests on:"), p.label());
        for (std::size_t i = 0; i < p.schedules.size(); ++i)
            add(", {} {}", p.schedule_names[i], p.schedules[i].version());
        add(", {} {}\n\n", p.zone->name(), p.zone->version());
    }
    std::string take() { return std::move(out_); }

private:
    template <typename... Parts>
    void add(fmt::format_string<Parts...> form, Parts&&... parts) {
        fmt::format_to(std::back_inserter(out_), form, std::forward<Parts>(parts)...);
    }
    const char* say(const char* zh, const char* en) const { return zh_ ? zh : en; }
    std::string say(const Text& text) const { return text.in(zh_); }
    static std::string wall(Instant at, const promise::Promise& p) { return moment(at, p.zone); }

    void gifts(const char* title, const std::vector<twin::Given>& all, const promise::Promise& p) {
        if (all.empty()) return;
        add("\n  {}\n", title);
        for (const auto& given : all)
            add("    {}  {}  {} {}  {}{}\n", wall(given.at, p), given.remedy, given.kind,
                given.amount, given.payee.empty() ? "" : given.payee + "  ", say(given.standing));
    }

    bool zh_;
    std::string out_;
};

void write(JsonWriter& w, std::string_view key, const Text& text) {
    w.key(key).open('{');
    w.key("zh").text(text.zh);
    w.key("en").text(text.en);
    w.close('}');
}
void write(JsonWriter& w, std::string_view key, Instant at) {
    w.key(key);
    at == Instant::max() || at == Instant::min() ? w.null() : w.text(to_string(at));
}
std::string_view name_of(remedy::Standing stands) {
    switch (stands) {
        case remedy::Standing::Owed: return "owed";
        case remedy::Standing::Withheld: return "withheld";
        case remedy::Standing::SetAside: return "set aside";
    }
    return {};
}

void write(JsonWriter& w, std::string_view key, const std::vector<twin::Given>& all) {
    w.key(key).open('[');
    for (const auto& given : all) {
        w.open('{');
        write(w, "at", given.at);
        w.key("remedy").text(given.remedy);
        w.key("kind").text(given.kind);
        w.key("amount").text(given.amount);
        w.key("payee").text(given.payee);
        w.key("stands").text(name_of(given.stands));
        write(w, "standing", given.standing);
        w.close('}');
    }
    w.close(']');
}

void write(JsonWriter& w, const std::vector<twin::LegPart>& legs, const promise::Promise& p) {
    w.key("legs").open('[');
    for (const auto& leg : legs) {
        w.open('{');
        w.key("clause").text(p.clauses[static_cast<std::size_t>(leg.clause)].name);
        w.key("waiting_ms").number(leg.waiting.count);
        w.key("delay_ms").number(leg.delay.count);
        w.key("charged").text(leg.charged.to_string());
        w.close('}');
    }
    w.close(']');
}

}  // namespace

std::string account_text(const std::vector<twin::Account>& accounts, bool chinese) {
    Page page(chinese);
    for (const auto& account : accounts) page.write(account);
    return page.take();
}

std::string account_json(const std::vector<twin::Account>& accounts) {
    JsonWriter w;
    w.open('[');
    for (const auto& account : accounts) {
        const auto& o = account.obligation;
        const auto& p = *account.promise;
        w.open('{');
        w.key("subject").text(o.subject);
        w.key("promise").text(p.label());
        w.key("clause").text(p.clauses[static_cast<std::size_t>(o.clause)].name);
        w.key("occurrence").number(o.occurrence);
        w.key("state").text(promise::name_of(o.state));
        write(w, "verdict", account.verdict);
        write(w, "started", o.started_at);
        write(w, "promised", o.promised_at);
        write(w, "due", o.due_at);
        write(w, "broken", o.broken_at);
        write(w, "settled", o.settled_at);
        w.key("paused_ms").number(o.paused.count);
        w.key("done_between").open('[');
        for (const auto& done : o.done_between) {
            w.open('{');
            write(w, "begin", done.begin);
            write(w, "end", done.end);
            w.close('}');
        }
        w.close(']');
        w.key("story").open('[');
        for (const auto& told : account.story) {
            w.open('{');
            write(w, "at", told.at);
            w.key("fact").text(told.fact);
            write(w, "words", told.words);
            w.close('}');
        }
        w.close(']');
        w.key("parts").open('[');
        for (const auto& part : account.parts) {
            w.open('{');
            write(w, "begin", part.begin);
            write(w, "end", part.end);
            w.key("counted").number(part.amount);
            write(w, "why", part.why);
            w.close('}');
        }
        w.close(']');
        w.key("parts_in").text(account.parts_in_days ? "working days" : "ms");
        write(w, "sum", account.sum);
        write(w, "owed", account.owed);
        write(w, "installments", account.installments);
        write(w, account.legs, p);
        w.key("zone").text(p.zone->version());
        w.key("calendars").open('{');
        for (std::size_t i = 0; i < p.schedules.size(); ++i)
            w.key(p.schedule_names[i]).text(p.schedules[i].version());
        w.close('}');
        w.close('}');
    }
    w.close(']');
    return w.take();
}

}  // namespace yinuo::wire
