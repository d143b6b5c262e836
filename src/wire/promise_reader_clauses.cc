// Clauses: what starts, keeps, pauses and ends them, their legs, verification and waivers.
#include <array>

#include "wire/promise_reader.h"

namespace yinuo::wire {

using namespace promise;

namespace {

// Which shapes a key means something to, as bits in the order of Shape's alternatives.
enum : unsigned {
    kWithin = 1,
    kBy = 2,
    kWindow = 4,
    kNever = 8,
    kAlways = 16,
    kEvery = 32,
    kAtMost = 64,
    kRate = 128
};
constexpr unsigned kClock = kWithin | kBy | kWindow | kEvery;

struct KeyUse {
    std::string_view key;
    unsigned shapes;
};
constexpr std::array<KeyUse, 20> kUses = {{
    {"starts", 0xFF & ~kRate},
    {"keeps", kClock},
    {"voids", kClock | kNever | kAtMost},
    {"voids by us", kClock | kNever | kAtMost},
    {"breaks", kClock},
    {"ends", kEvery | kNever | kAtMost | kAlways},
    {"lasts", kEvery | kNever | kAtMost | kAlways},
    {"covers", kNever | kAtMost | kAlways},
    {"pauses", kClock},
    {"duties", kClock},
    {"extends", kClock},
    {"reopens", kClock},
    {"verify", 0xFF & ~kRate},
    {"waives", 0xFF & ~kRate},
    {"warns", kClock},
    {"audience", 0xFF & ~kRate},
    {"legs", kWithin | kBy | kWindow},
    {"accepts", kClock},
    {"hands over", kClock},
    {"offered", kClock},
}};

constexpr std::size_t kClausesMax = 500;

constexpr std::array<std::string_view, 8> kShapeNames = {"within", "by",    "window",  "never",
                                                         "always", "every", "at most", "rate"};

}  // namespace

void PromiseReader::read_clauses(const Yaml& node) {
    if (!node.is_map()) {
        YamlKeys keys(node, findings_);
        return;
    }
    if (node.entries.size() > kClausesMax) {
        error("too-many-clauses", node.entries[kClausesMax].place,
              {"一份承诺最多 500 个条款", "a promise has at most 500 clauses"},
              {"拆成几份承诺", "make several promises of it"});
        return;
    }
    for (const auto& entry : node.entries) {
        if (entry.value.kind == Yaml::Kind::Empty) continue;
        if (entry.key.find_first_of(".\"") != std::string::npos) {
            error("bad-name", entry.place,
                  {"条款名里不能有「.」和引号", "a clause's name has no dot and no quotes in it"});
            continue;
        }
        read_clause(entry.key, entry.place, entry.value, nullptr);
    }
}

void PromiseReader::read_clause(std::string name, const Place& place, const Yaml& node,
                                const Outer* outer) {
    const auto errors_before = findings_.size();
    YamlKeys keys(node, findings_);
    Clause clause;
    clause.name = std::move(name);
    clause.place = place;
    const int outer_schedule = default_schedule_;
    if (const Yaml* schedule = keys.take("schedule")) {
        const std::vector<std::string_view> known(promise_.schedule_names.begin(),
                                                  promise_.schedule_names.end());
        if (const auto index = word(*schedule, known)) {
            default_schedule_ = static_cast<int>(*index);
            schedules_used_[*index] = true;
        }
    }
    if (const Yaml* title = keys.take("title")) clause.title = text(*title);
    if (const Yaml* owner = keys.take_scalar("owner")) clause.owner = owner->text;
    clause.audience = condition(keys, "audience");
    clause.per = formula(keys, "per");
    if (const Yaml* starts = keys.take("starts")) read_starts(*starts, clause);
    clause.keeps = condition(keys, "keeps");
    clause.voids = condition(keys, "voids");
    clause.voids_by_us = condition(keys, "voids by us");
    clause.breaks = condition(keys, "breaks");
    clause.ends = condition(keys, "ends");
    if (const Yaml* lasts = keys.take("lasts")) clause.lasts = limit(*lasts);
    clause.covers = condition(keys, "covers");
    if (const Yaml* pauses = keys.take("pauses")) read_pauses(*pauses, false, clause);
    if (const Yaml* duties = keys.take("duties")) read_pauses(*duties, true, clause);
    if (const Yaml* extends = keys.take("extends")) clause.extends = read_extension(*extends);
    if (const Yaml* reopens = keys.take("reopens")) clause.reopens = read_reopening(*reopens);
    if (const Yaml* verify = keys.take("verify")) clause.verify = read_verification(*verify);
    if (const Yaml* waives = keys.take("waives")) clause.waives = read_waiver(*waives);
    if (const Yaml* warns = keys.take("warns")) clause.warns = read_warnings(*warns);
    const bool shaped = read_shape(keys, node, clause);

    if (outer != nullptr) {
        if (const Yaml* accepts = keys.take("accepts")) {
            if (!clause.starts.empty())
                error("two-starts", accepts->place,
                      {"accepts 与 starts 只写一个", "either \"accepts\" or \"starts\", not both"});
            else
                read_starts(*accepts, clause);
        }
        clause.offered = condition(keys, "offered");
        const Yaml* own = keys.take("keeps");
        const Yaml* kept = own != nullptr ? own : outer->node.find("keeps");
        const Yaml* handed = keys.take("hands over");
        if (handed != nullptr && kept != nullptr && handed->is_scalar() && kept->is_scalar()) {
            // Each part is compiled alone first, so that findings point into what was written.
            if (condition(*handed))
                clause.keeps =
                    condition("(" + kept->text + ") or (" + handed->text + ")", handed->place);
        } else if (own == nullptr && kept != nullptr) {
            clause.keeps = condition(*kept);
        }
        // What cancels the whole cancels the leg.
        const auto inherit = [&](std::string_view key, OptionalCondition& into) {
            const Yaml* from = outer->node.find(key);
            if (!into && from != nullptr && from->is_scalar()) into = condition(*from);
        };
        inherit("voids", clause.voids);
        inherit("voids by us", clause.voids_by_us);
    }
    const Yaml* legs = outer == nullptr ? keys.take("legs") : nullptr;
    const Yaml* give = keys.take("give");
    const Yaml* remedy = keys.take("remedy");
    keys.finish();

    if (shaped) {
        const unsigned bit = 1u << clause.shape.index();
        for (const auto& use : kUses) {
            if ((use.shapes & bit) != 0 || !keys.has(use.key)) continue;
            error("does-not-apply", node.find(use.key)->place,
                  {"「" + std::string(use.key) + "」对 " +
                       std::string(kShapeNames[clause.shape.index()]) + " 没有意义",
                   "\"" + std::string(use.key) + "\" means nothing to a clause of shape \"" +
                       std::string(kShapeNames[clause.shape.index()]) + "\""},
                  {"删去它，或换一种形状", "drop it, or choose another shape"});
        }
    }
    if (shaped && !errors_since(errors_before)) check_clause(clause);
    default_schedule_ = outer_schedule;

    if (give != nullptr || remedy != nullptr) {
        if (give != nullptr && remedy != nullptr)
            error("two-remedies", remedy->place,
                  {"give 与 remedy 只写一个", "either \"give\" or \"remedy\", not both"});
        read_remedy(clause.name, give != nullptr ? give->place : remedy->place,
                    remedy != nullptr ? *remedy : *give, clause.name);
    }
    const std::string own_name = clause.name;
    if (!shaped) clause.shape = Every{};  // stands in, so that other clauses find the name
    drafts_.push_back({std::move(clause), outer != nullptr ? outer->name : std::string()});
    if (const auto& verify = drafts_.back().clause.verify; verify && verify->within)
        add_verification_clause(drafts_.back().clause);
    if (legs != nullptr) read_legs(*legs, {own_name, node});
}

// FEEL | {when: FEEL, at: FEEL, once: true} | {later of: [FEEL, FEEL]}
void PromiseReader::read_starts(const Yaml& node, Clause& clause) {
    if (node.is_scalar()) {
        if (auto one = condition(node)) clause.starts.push_back(std::move(*one));
        return;
    }
    YamlKeys keys(node, findings_);
    const Yaml* when = keys.take("when");
    const Yaml* later = keys.take("later of");
    clause.starts_at = formula(keys, "at");
    if (const Yaml* once = keys.take("once")) clause.starts_once = truth(*once).value_or(false);
    keys.finish();
    if (!node.is_map()) return;
    if ((when != nullptr) == (later != nullptr)) {
        error("bad-start", node.place,
              {"starts 要写 when 或 later of 之一", "a start has either \"when\" or \"later of\""});
        return;
    }
    if (when != nullptr) {
        if (auto one = condition(*when)) clause.starts.push_back(std::move(*one));
        return;
    }
    if (!later->is_list() || later->items.size() < 2) {
        error("wrong-kind", later->place,
              {"later of 要有两个以上的条件", "\"later of\" is a list of two or more conditions"});
        return;
    }
    for (const auto& item : later->items)
        if (auto one = condition(item)) clause.starts.push_back(std::move(*one));
}

void PromiseReader::read_pauses(const Yaml& node, bool customers_duty, Clause& clause) {
    if (!node.is_map()) {
        YamlKeys keys(node, findings_);
        return;
    }
    if (const Yaml* from = node.find("from"); from != nullptr && !from->is_map()) {
        error("needs-name", from->place,
              {"暂停要有名字，例如 waiting: {from: …, to: …}",
               "a pause has a name, for example waiting: {from: …, to: …}"});
        return;
    }
    for (const auto& entry : node.entries) {
        if (entry.value.kind == Yaml::Kind::Empty) continue;
        YamlKeys keys(entry.value, findings_);
        const Yaml* from = keys.need("from");
        const Yaml* to = keys.need("to");
        const Yaml* cap = keys.take("cap");
        const Yaml* words = customers_duty ? keys.need("text") : keys.take("text");
        keys.finish();
        auto begins = from != nullptr ? condition(*from) : std::nullopt;
        auto ends = to != nullptr ? condition(*to) : std::nullopt;
        if (!begins || !ends) continue;
        Pause pause{.reason = entry.key,
                    .text = words != nullptr ? text(*words) : Text{},
                    .from = std::move(*begins),
                    .to = std::move(*ends),
                    .cap = cap != nullptr ? clock(*cap) : std::nullopt,
                    .customers_duty = customers_duty};
        clause.pauses.push_back(std::move(pause));
    }
}

void PromiseReader::read_legs(const Yaml& node, const Outer& outer) {
    if (!node.is_map()) {
        YamlKeys keys(node, findings_);
        return;
    }
    if (node.entries.size() > kClausesMax) {
        error("too-many-clauses", node.entries[kClausesMax].place,
              {"一份承诺最多 500 个条款", "a promise has at most 500 clauses"},
              {"拆成几份承诺", "make several promises of it"});
        return;
    }
    for (const auto& entry : node.entries) {
        if (entry.value.kind == Yaml::Kind::Empty) continue;
        if (entry.key.find_first_of(".\"") != std::string::npos) {
            error("bad-name", entry.place,
                  {"名字里不能有「.」和引号", "a name has no dot and no quotes in it"});
            continue;
        }
        read_clause(outer.name + "." + entry.key, entry.place, entry.value, &outer);
    }
}

std::optional<Extension> PromiseReader::read_extension(const Yaml& node) {
    YamlKeys keys(node, findings_);
    const Yaml* when = keys.need("when");
    const Yaml* to = keys.need("to");
    const Yaml* times = keys.take("times");
    keys.finish();
    auto which = when != nullptr ? condition(*when) : std::nullopt;
    auto until = to != nullptr ? formula(*to) : std::nullopt;
    const auto most = times != nullptr ? integer(*times, 1, 100) : 1;
    if (!which || !until || !most) return std::nullopt;
    return Extension{.when = std::move(*which), .to = std::move(*until), .times = *most};
}

std::optional<Reopen> PromiseReader::read_reopening(const Yaml& node) {
    YamlKeys keys(node, findings_);
    const Yaml* when = keys.need("when");
    const Yaml* how = keys.need("how");
    keys.finish();
    auto which = when != nullptr ? condition(*when) : std::nullopt;
    const auto way = how != nullptr ? word(*how, {"continues", "restarts", "anew"}) : std::nullopt;
    if (!which || !way) return std::nullopt;
    return Reopen{.when = std::move(*which), .how = static_cast<Reopening>(*way)};
}

std::optional<Verification> PromiseReader::read_verification(const Yaml& node) {
    YamlKeys keys(node, findings_);
    const Yaml* claim = keys.need("claim");
    auto confirms = condition(keys, "confirms");
    auto rejects = condition(keys, "rejects");
    const Yaml* within = keys.take("within");
    const Yaml* undecided = keys.take("undecided");
    keys.finish();
    auto claimed = claim != nullptr ? condition(*claim) : std::nullopt;
    if (node.is_map() && !keys.has("confirms") && !keys.has("rejects") && !keys.has("within"))
        error("never-decided", node.place, {"申诉永远不会有结果", "a claim would never be decided"},
              {"写上 confirms、rejects 或 within", "write confirms, rejects or within"});
    const auto limited = within != nullptr ? limit(*within) : std::nullopt;
    bool confirmed = true;
    if (undecided != nullptr) {
        confirmed = word(*undecided, {"confirmed", "rejected"}) == 0u;
        if (within == nullptr)
            error("does-not-apply", undecided->place,
                  {"没有 within，就没有「到期未决」",
                   "without \"within\" nothing is ever undecided"});
    }
    if (!claimed) return std::nullopt;
    return Verification{.claim = std::move(*claimed),
                        .confirms = std::move(confirms),
                        .rejects = std::move(rejects),
                        .within = limited,
                        .undecided_is_confirmed = confirmed};
}

std::optional<Waiver> PromiseReader::read_waiver(const Yaml& node) {
    YamlKeys keys(node, findings_);
    const Yaml* cause = keys.need("cause");
    auto evidence = condition(keys, "evidence");
    const Yaml* agrees = keys.need("agrees");
    auto refuses = condition(keys, "refuses");
    auto who = formula(keys, "who");
    const Yaml* people = keys.take("people");
    keys.finish();
    auto why = cause != nullptr ? condition(*cause) : std::nullopt;
    auto agreed = agrees != nullptr ? condition(*agrees) : std::nullopt;
    const auto count = people != nullptr ? integer(*people, 1, 9) : 2;
    if (!why || !agreed || !count) return std::nullopt;
    return Waiver{.cause = std::move(*why),
                  .evidence = std::move(evidence),
                  .agrees = std::move(agreed),
                  .refuses = std::move(refuses),
                  .who = std::move(who),
                  .people = static_cast<int>(*count)};
}

// 80 % | 1 h before | 30 work min before, one or a list
std::vector<Warning> PromiseReader::read_warnings(const Yaml& node) {
    std::vector<Warning> warnings;
    const auto add = [&](const Yaml& item) {
        if (!expect_scalar(item)) return;
        const Text examples{"例如 80 %、1 h before、30 work min before",
                            "for example 80 %, 1 h before, 30 work min before"};
        std::string_view text = item.text;
        if (text.ends_with('%')) {
            text.remove_suffix(1);
            while (text.ends_with(' ')) text.remove_suffix(1);
            const auto share = Decimal::parse(text);
            const auto thousandths = share ? share->multiply(Decimal(10)) : std::nullopt;
            const auto whole = thousandths ? thousandths->to_int64() : std::nullopt;
            if (!whole) {
                error("bad-warning", item.place,
                      {"「" + item.text + "」不是百分比", "\"" + item.text + "\" is no percentage"},
                      examples);
            } else if (*whole <= 0 || *whole >= 1000) {
                error("bad-warning", item.place,
                      {"预警要在时限用完之前：大于 0 %、小于 100 %",
                       "a warning comes before the limit is used up: above 0 and below 100 %"},
                      examples);
            } else {
                warnings.push_back({.used_thousandths = static_cast<int>(*whole),
                                    .before = {},
                                    .text = item.text});
            }
            return;
        }
        if (text.ends_with(" after") || text == "after") {
            error("bad-warning", item.place,
                  {"预警不能在截止之后", "a warning cannot come after the due instant"}, examples);
            return;
        }
        if (!text.ends_with(" before")) {
            error("bad-warning", item.place,
                  {"读不懂预警「" + item.text + "」", "\"" + item.text + "\" is no warning"},
                  examples);
            return;
        }
        Yaml stretch = item;
        stretch.text = text.substr(0, text.size() - 7);
        const auto before = limit(stretch);
        if (!before) return;
        if ((before->unit != Unit::Clock && before->unit != Unit::Work) || before->amount == 0) {
            error("wrong-unit", item.place,
                  {"提前量只能是钟表时间或工作时长", "how long before is clock time or work time"},
                  examples);
            return;
        }
        warnings.push_back({.used_thousandths = 0, .before = *before, .text = item.text});
    };
    if (node.is_list())
        for (const auto& item : node.items) add(item);
    else
        add(node);
    return warnings;
}

// 核实 is a promise of its own: decided within its limit from the claim.
void PromiseReader::add_verification_clause(const Clause& of) {
    const Verification& verify = *of.verify;
    std::string decided;
    for (const auto* way : {&verify.confirms, &verify.rejects}) {
        if (!*way) continue;
        if (!decided.empty()) decided += " or ";
        decided += "(" + std::string((*way)->formula.text()) + ")";
    }
    const Place& place = verify.claim.formula.place;
    if (decided.empty()) return;
    Clause clause;
    clause.name = of.name + ".verification";
    clause.place = place;
    clause.owner = of.owner;
    clause.title = {"核实", "Verification"};
    if (!of.title.zh.empty())
        clause.title = {of.title.zh + "：核实", of.title.en + ": verification"};
    Within within;
    within.rows.push_back({.when = std::nullopt, .limit = *verify.within, .amount = std::nullopt});
    clause.shape = std::move(within);
    auto claim = condition(verify.claim.formula.text(), place);
    auto keeps = condition(decided, place);
    if (!claim || !keeps) return;
    clause.starts.push_back(std::move(*claim));
    clause.keeps = std::move(keeps);
    drafts_.push_back({std::move(clause), {}});
}

}  // namespace yinuo::wire
