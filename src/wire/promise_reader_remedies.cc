// Remedies: what is given, to whom, how often, and the promise to pay it in time.
#include <algorithm>

#include "base/money.h"
#include "wire/promise_reader.h"

namespace yinuo::wire {

using namespace promise;

namespace {

struct Amount {
    std::string_view number;
    std::string_view unit;
};

// "20.00 CNY", "500 MB": a number, blanks, one word. Nullopt for anything else.
std::optional<Amount> literal(std::string_view text) {
    const auto end = text.find_first_not_of("0123456789.");
    if (end == 0 || end == std::string_view::npos) return std::nullopt;
    const auto unit = text.find_first_not_of(' ', end);
    if (unit == std::string_view::npos) return std::nullopt;
    const auto rest = text.substr(unit);
    if (rest.find_first_of(" +-*/<>=()[],\"") != std::string_view::npos) return std::nullopt;
    return Amount{text.substr(0, end), rest};
}

bool looks_like_currency(std::string_view unit) {
    return unit.size() == 3 &&
           std::ranges::all_of(unit, [](char c) { return c >= 'A' && c <= 'Z'; });
}

constexpr std::string_view kRoundings[] = {"half even", "half up", "half down", "up",
                                           "down",      "floor",   "ceiling"};

}  // namespace

void PromiseReader::read_remedies(const Yaml& node) {
    if (!node.is_map()) {
        YamlKeys keys(node, findings_);
        return;
    }
    for (const auto& entry : node.entries) {
        if (entry.value.kind == Yaml::Kind::Empty) continue;
        if (entry.key.find_first_of(".\"") != std::string::npos) {
            error("bad-name", entry.place,
                  {"补偿名里不能有「.」和引号", "a remedy's name has no dot and no quotes in it"});
            continue;
        }
        read_remedy(entry.key, entry.place, entry.value, {});
    }
}

// `clause`: the remedy stands inside it; then `node` is either the remedy or what it gives.
void PromiseReader::read_remedy(std::string name, const Place& place, const Yaml& node,
                                std::string_view clause) {
    for (const auto& other : remedies_) {
        if (other.remedy.name != name) continue;
        error("duplicate-remedy", place,
              {"补偿「" + name + "」重复了", "there are two remedies \"" + name + "\""});
    }
    RemedyDraft draft;
    Remedy& remedy = draft.remedy;
    remedy.name = std::move(name);
    remedy.place = place;
    const bool only_gifts = !clause.empty() && (node.is_list() || node.find("give") == nullptr);
    if (!clause.empty()) draft.clauses.emplace_back(std::string(clause), place);
    if (only_gifts) {
        read_gifts(node, draft);
    } else {
        YamlKeys keys(node, findings_);
        if (const Yaml* title = keys.take("title")) remedy.title = text(*title);
        if (clause.empty()) {
            const Yaml* answered = keys.need("for");
            const auto add = [&](const Yaml& item) {
                if (expect_scalar(item)) draft.clauses.emplace_back(item.text, item.place);
            };
            if (answered != nullptr && answered->is_list())
                for (const auto& item : answered->items) add(item);
            else if (answered != nullptr)
                add(*answered);
        }
        remedy.when = formula(keys, "when");
        if (const Yaml* also = keys.take("also if kept"))
            remedy.also_if_kept = truth(*also).value_or(false);
        if (const Yaml* round = keys.take("round"))
            if (const auto way = word(*round, {std::begin(kRoundings), std::end(kRoundings)}))
                remedy.rounding = static_cast<Rounding>(*way);
        if (const Yaml* give = keys.need("give")) read_gifts(*give, draft);
        if (const Yaml* cap = keys.take_scalar("cap")) {
            const auto amount = literal(cap->text);
            remedy.cap = amount ? formula(amount->number, cap->place) : formula(*cap);
            for (const auto& gift : remedy.gifts)
                if (amount && !gift.unit.empty() && gift.unit != amount->unit)
                    error("mixed-units", cap->place,
                          {"上限的单位是 " + std::string(amount->unit) + "，补偿的单位是 " +
                               gift.unit,
                           "the cap is in " + std::string(amount->unit) + ", what is given in " +
                               gift.unit},
                          {"分成两项补偿", "make two remedies of it"});
        }
        if (const Yaml* once = keys.take("once per")) {
            const auto add = [&](const Yaml& item) {
                if (auto key = formula(item)) remedy.once_per.push_back(std::move(*key));
            };
            if (once->is_list())
                for (const auto& item : once->items) add(item);
            else
                add(*once);
        }
        if (const Yaml* others = keys.take("stacks not with")) {
            if (others->is_list())
                for (const auto& item : others->items) remedy.stacks_not_with.push_back(item.text);
            else if (expect_scalar(*others))
                remedy.stacks_not_with.push_back(others->text);
        }
        if (const Yaml* statutory = keys.take("statutory"))
            remedy.statutory = truth(*statutory).value_or(false);
        remedy.payees = formula(keys, "payees");
        remedy.spent = formula(keys, "spent");
        if (const Yaml* charged = keys.take("charged on"))
            remedy.charged_on = truth(*charged).value_or(false);
        remedy.paid_when = condition(keys, "paid");
        if (const Yaml* within = keys.take("pay within")) {
            remedy.pay_within = limit(*within);
            if (!keys.has("paid"))
                error("missing-key", within->place,
                      {"写了 pay within，却没说怎样算已赔付",
                       "\"pay within\" needs to know what counts as paid"},
                      {"加上 paid: 赔付的业务记录，例如 paid: fact = \"credit.posted\"",
                       "add paid: with a condition, for example paid: fact = \"credit.posted\""});
        }
        if (const Yaml* apology = keys.take("apology")) remedy.apology = text(*apology);
        keys.finish();
    }
    check_remedy(remedy);
    remedies_.push_back(std::move(draft));
}

void PromiseReader::read_gifts(const Yaml& node, RemedyDraft& draft) {
    const auto add = [&](const Yaml& row) {
        if (auto gift = read_gift(row)) draft.remedy.gifts.push_back(std::move(*gift));
    };
    if (node.is_list() && node.items.empty())
        error("empty-list", node.place, {"give 里一行也没有", "there is no row in this list"},
              {"写上赔付什么", "write what is given"});
    if (node.is_list())
        for (const auto& row : node.items) add(row);
    else
        add(node);
}

std::optional<Gift> PromiseReader::read_gift(const Yaml& node) {
    const auto errors_before = findings_.size();
    YamlKeys keys(node, findings_);
    Gift gift;
    gift.when = formula(keys, "when");
    if (const Yaml* kind = keys.take_scalar("kind")) gift.kind = kind->text;
    read_amount(keys, gift);
    gift.choice = formula(keys, "choice");
    keys.finish();
    if (!node.is_map() || errors_since(errors_before)) return std::nullopt;
    if (gift.kind.empty()) {
        if (!gift.amount) {
            error("empty-gift", node.place, {"这一行什么也没给", "this row gives nothing"},
                  {"写上 kind 或 amount", "write a kind or an amount"});
            return std::nullopt;
        }
        gift.kind = gift.is_money ? "money" : gift.unit;
    }
    return gift;
}

// amount or total: "20.00 CNY" | FEEL with `unit`; `per started` and `at most` multiply it.
void PromiseReader::read_amount(YamlKeys& keys, Gift& gift) {
    const Yaml* amount = keys.take_scalar("amount");
    const Yaml* total = keys.take_scalar("total");
    const Yaml* unit = keys.take_scalar("unit");
    const Yaml* started = keys.take("per started");
    const Yaml* most = keys.take("at most");
    if (amount != nullptr && total != nullptr)
        error("two-amounts", total->place,
              {"amount 与 total 只写一个", "either \"amount\" or \"total\", not both"});
    const Yaml* given = amount != nullptr ? amount : total;
    if (given == nullptr) {
        for (const auto* key : {unit, started, most})
            if (key != nullptr)
                error("missing-key", key->place,
                      {"没有 amount，这里没有意义", "this needs an \"amount\" beside it"});
        return;
    }
    gift.is_total = total != nullptr;
    std::string text = given->text;
    if (const auto fixed = literal(given->text)) {
        text = fixed->number;
        gift.unit = fixed->unit;
        if (unit != nullptr)
            error("two-units", unit->place,
                  {"金额里已有单位 " + gift.unit, "the amount has its unit already: " + gift.unit});
    } else if (unit != nullptr) {
        gift.unit = unit->text;
    } else if (!keys.has("unit")) {
        error("missing-key", given->place, {"缺少单位", "the unit is missing"},
              {"写成 20.00 CNY 或 500 MB；公式则另写 unit:",
               "write 20.00 CNY or 500 MB; beside a formula write unit:"});
    }
    gift.is_money = Currency::parse(gift.unit).has_value();
    if (!gift.is_money && looks_like_currency(gift.unit))
        error("unknown-currency", unit != nullptr ? unit->place : given->place,
              {"没有 " + gift.unit + " 这种货币", "there is no currency " + gift.unit},
              gift.unit == "RMB" ? Text{"人民币写 CNY", "the yuan is CNY"}
                                 : Text{"用 ISO 4217 的代码，例如 CNY",
                                        "use the code of ISO 4217, for example CNY"});
    if (most != nullptr && started == nullptr)
        error("missing-key", most->place,
              {"at most 要配 per started", "\"at most\" belongs to \"per started\""});
    if (started == nullptr) {
        gift.amount = formula(text, given->place);
        return;
    }
    if (gift.is_total)
        error("two-amounts", started->place,
              {"total 是总数，不能再按次累加",
               "a total is a whole and doesn't add up per started time"});
    // A started 24 h is one after the due instant, to the millisecond.
    const auto length = clock(*started);
    const auto count = most != nullptr ? integer(*most, 1, 1'000'000) : std::nullopt;
    if (!length || (most != nullptr && !count)) return;
    if (length->count == 0)
        return error("zero-limit", started->place, {"长度不能是 0", "the length cannot be 0"});
    const bool simple = Decimal::parse(text).has_value();
    if (!simple && !formula(text, given->place)) return;
    std::string times = "ceiling(overdue / duration(\"" + yinuo::to_string(*length) + "\"))";
    if (count) times = "min(" + std::to_string(*count) + ", " + times + ")";
    gift.amount = formula((simple ? text : "(" + text + ")") + " * " + times, given->place);
}

// Paying in time is a promise of its own: from the breach, not while the remedy is withheld.
void PromiseReader::add_payment_clause(const RemedyDraft& draft) {
    const Remedy& remedy = draft.remedy;
    if (!remedy.pay_within || !remedy.paid_when) return;
    const auto any = [&](std::initializer_list<std::string_view> verdicts) {
        std::string text;
        for (const auto& [clause, place] : draft.clauses)
            for (const auto verdict : verdicts)
                text += (text.empty() ? "" : " or ") +
                        ("fact = \"" + clause + "." + std::string(verdict) + "\"");
        return text;
    };
    const auto some = [&](auto&& property) {
        return std::ranges::any_of(draft.clauses, [&](const auto& answered) {
            const auto found = std::ranges::find(drafts_, answered.first,
                                                 [](const Draft& d) { return d.clause.name; });
            return found != drafts_.end() && property(found->clause);
        });
    };
    const bool excusable = some([](const Clause& c) { return c.waives.has_value(); });
    const bool deniable = some([](const Clause& c) { return c.verify.has_value(); });
    Clause clause;
    clause.name = remedy.name + ".payment";
    clause.place = remedy.place;
    clause.title = remedy.title.zh.empty()
                       ? Text{"赔付", "Payment"}
                       : Text{remedy.title.zh + "：赔付", remedy.title.en + ": payment"};
    Within within;
    within.rows.push_back(
        {.when = std::nullopt, .limit = *remedy.pay_within, .amount = std::nullopt});
    clause.shape = std::move(within);
    auto broken = condition(any({"broken"}), remedy.place);
    auto paid = condition(remedy.paid_when->formula.text(), remedy.paid_when->formula.place);
    if (!broken || !paid) return;
    clause.starts.push_back(std::move(*broken));
    clause.keeps = std::move(paid);
    if (excusable || deniable) clause.voids = condition(any({"waived", "reversed"}), remedy.place);
    if (excusable) {
        auto from = condition(any({"withheld"}), remedy.place);
        auto to = condition(any({"released", "waived"}), remedy.place);
        if (!from || !to) return;
        Pause withheld{.reason = "withheld",
                       .text = {"补偿暂缓", "the remedy is withheld"},
                       .from = std::move(*from),
                       .to = std::move(*to),
                       .cap = std::nullopt};
        clause.pauses.push_back(std::move(withheld));
    }
    drafts_.push_back({std::move(clause), {}});
}

}  // namespace yinuo::wire
