// Reads one YAML document into a Promise. Behind promise_yaml.h; not for other rooms.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/promise_yaml.h"
#include "wire/yaml.h"

namespace yinuo::wire {

class PromiseReader {
public:
    PromiseReader(const PromiseContext& context, std::string_view path, Findings& findings)
        : context_(context), path_(path), findings_(findings) {}

    // nullopt when there are errors among the findings that it added.
    std::optional<promise::Promise> read(const Yaml& document);

private:
    // A clause before it has its place in the order.
    struct Draft {
        promise::Clause clause;
        std::string outer;  // name of the clause whose leg this is
    };
    struct RemedyDraft {
        promise::Remedy remedy;
        std::vector<std::pair<std::string, Place>> clauses;
    };
    // What a leg takes from its outer clause.
    struct Outer {
        const std::string& name;
        const Yaml& node;
    };

    // --- the head (promise_reader.cc)
    void read_head(YamlKeys& keys);
    void read_effective(YamlKeys& keys);
    promise::Classification read_class(const Yaml& node);
    void read_schedules(const Yaml& node);
    std::optional<calendar::Schedule> read_schedule_from(const Yaml& node);
    std::optional<std::string> schedule_text(const Yaml& node, const std::string& beside) const;
    void read_facts(const Yaml& node);
    void read_economics(const Yaml& node);
    void settle_order();
    void settle_remedies();

    // --- clauses (promise_reader_clauses.cc)
    void read_clauses(const Yaml& node);
    void read_clause(std::string name, const Place& place, const Yaml& node, const Outer* outer);
    void read_starts(const Yaml& node, promise::Clause& clause);
    void read_pauses(const Yaml& node, bool customers_duty, promise::Clause& clause);
    void read_legs(const Yaml& node, const Outer& outer);
    std::optional<promise::Extension> read_extension(const Yaml& node);
    std::optional<promise::Reopen> read_reopening(const Yaml& node);
    std::optional<promise::Verification> read_verification(const Yaml& node);
    std::optional<promise::Waiver> read_waiver(const Yaml& node);
    std::vector<promise::Warning> read_warnings(const Yaml& node);
    void add_verification_clause(const promise::Clause& of);

    // --- shapes (promise_reader_shapes.cc)
    bool read_shape(YamlKeys& keys, const Yaml& node, promise::Clause& clause);
    std::optional<promise::Shape> read_within(const Yaml& node);
    std::optional<promise::LimitRow> read_limit_row(const Yaml& node);
    std::optional<promise::Shape> read_by(const Yaml& node);
    std::optional<promise::Shape> read_window(const Yaml& node);
    std::optional<promise::Shape> read_always(const Yaml& node);
    std::optional<promise::Shape> read_at_most(const Yaml& node);
    std::optional<promise::Bound> read_bound(const Yaml& node, bool alone);
    std::optional<promise::Shape> read_rate(const Yaml& node);

    // --- remedies (promise_reader_remedies.cc)
    void read_remedies(const Yaml& node);
    void read_remedy(std::string name, const Place& place, const Yaml& node,
                     std::string_view clause);
    void read_gifts(const Yaml& node, RemedyDraft& draft);
    std::optional<promise::Gift> read_gift(const Yaml& node);
    void read_amount(YamlKeys& keys, promise::Gift& gift);
    void add_payment_clause(const RemedyDraft& draft);

    // --- what must hold beyond spelling (promise_reader_checks.cc)
    void check_clause(const promise::Clause& clause);
    void check_remedy(const promise::Remedy& remedy);
    void check_words();
    void check_kinds(const promise::Formula& formula, const std::vector<std::string>& declared);
    void check_fields(const promise::Formula& formula);
    void check_clocks(const promise::Formula& formula);
    bool errors_since(std::size_t findings) const;

    // --- single values (promise_reader_values.cc)
    std::optional<promise::Formula> formula(const Yaml& node);
    std::optional<promise::Formula> formula(std::string_view text, const Place& place);
    std::optional<promise::Condition> condition(const Yaml& node);
    std::optional<promise::Condition> condition(std::string_view text, const Place& place);
    promise::OptionalCondition condition(YamlKeys& keys, std::string_view key);
    std::optional<promise::Formula> formula(YamlKeys& keys, std::string_view key);
    std::optional<promise::Limit> limit(const Yaml& node);
    std::optional<promise::Limit> limit_of_any_zone(const Yaml& node);
    std::optional<Millis> clock(const Yaml& node);  // a limit by the clock only
    std::optional<Decimal> number(const Yaml& node);
    std::optional<std::int64_t> integer(const Yaml& node, std::int64_t least, std::int64_t most);
    std::optional<bool> truth(const Yaml& node);
    Text text(const Yaml& node);
    // One of `known`, or nothing and a finding.
    std::optional<std::size_t> word(const Yaml& node, std::vector<std::string_view> known);
    bool expect_scalar(const Yaml& node);
    void error(std::string code, const Place& place, Text what, Text mend = {}) {
        report(findings_, Severity::Error, std::move(code), place, std::move(what),
               std::move(mend));
    }
    void warn(std::string code, const Place& place, Text what, Text mend = {}) {
        report(findings_, Severity::Warning, std::move(code), place, std::move(what),
               std::move(mend));
    }

    const PromiseContext& context_;
    std::string_view path_;
    Findings& findings_;
    promise::Promise promise_;
    bool zone_given_ = false;
    std::string zone_name_;
    int default_schedule_ = -1;
    std::vector<std::string_view> special_names_;
    std::vector<std::string> special_texts_;
    std::vector<Draft> drafts_;
    std::vector<RemedyDraft> remedies_;
    std::map<std::string, Place> schedule_places_;
    std::vector<bool> schedules_used_;
};

}  // namespace yinuo::wire
