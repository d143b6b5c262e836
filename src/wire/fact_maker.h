// Turns rows into facts as a mapping says: the one place where cells become values, whatever the
// format they came from.
//
// A row is all or nothing: when one of its facts can't be made, none is handed on and the row is
// rejected with the reason. Nothing is allocated per row except in `memory`, what the facts keep.
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "feel/expression.h"
#include "wire/history_reader.h"
#include "wire/rows.h"
#include "wire/zone_clock.h"

namespace yinuo::wire {

// Repeated words of one column are kept once. A column whose words hardly repeat is copied.
class Words {
public:
    std::string_view keep(std::string_view text, Arena& memory);

private:
    void grow();

    std::vector<std::string_view> table_;  // open addressing, a power of two in size
    std::size_t count_ = 0;
    std::size_t hits_ = 0;
    bool given_up_ = false;
};

class FactMaker final : public RowSink {
public:
    // Refuses a zone that `zones` doesn't know and formulas that don't compile (which
    // Mapping::parse() has ruled out for its own zones).
    static Result<std::unique_ptr<FactMaker>> make(const Mapping&, Names&, Zones&, Arena& memory,
                                                   promise::FactSink&, const ReadOptions&);

    // The columns it needs, in the order in which rows must bring them: those that serve a wanted
    // field, a condition, a time, a subject or an id.
    std::span<const std::string> columns() const { return columns_; }

    // Before the first row. `progress` is called every few thousand rows.
    void begin(std::string_view path, std::function<void()> progress);

    bool take(const Row&) override;
    bool reject(std::uint64_t line, std::uint32_t column, Text reason) override;
    void note(Finding finding) override { counts_.notes.push_back(std::move(finding)); }

    const ReadCounts& counts() const { return counts_; }

private:
    static constexpr int kNone = -1;

    struct Field {
        const FieldRule* rule = nullptr;
        Symbol symbol = Symbol::None;
        std::optional<feel::Expression> formula;
        std::vector<int> reads;  // fields its formula reads
        ZoneClock* clock = nullptr;
        bool reads_previous = false;
        bool needed = false;
        int cell = kNone;  // of the row's cells; kNone for formulas
        int slot = kNone;  // index into row_
        Words words;
    };
    struct Piece {
        std::string text;
        int field;  // index of Field, TemplatePart::kRow or kNoField
    };
    struct Made {  // a Template, compiled
        std::vector<Piece> pieces;
        std::optional<feel::Expression> formula;
        std::vector<int> reads;
        bool given = false;
        int field = TemplatePart::kNoField;  // when it is that field alone
    };
    struct FactPlan {
        const FactRule* rule = nullptr;
        Symbol kind = Symbol::None;  // None: made from `kind_from`
        Made kind_from;
        std::optional<feel::Expression> when;
        std::vector<int> when_reads;
        Made subject, at, received_at, id, sequence, change;
        promise::Change fixed_change = promise::Change::Report;
        std::size_t field_set = 0;
    };
    struct FieldSet {  // facts that list the same fields share one array
        std::vector<int> fields;
        std::span<const feel::Binding> kept;
        bool fresh = false;
    };

    FactMaker(const Mapping& mapping, Names& names, Zones& zones, Arena& memory,
              promise::FactSink& sink, const ReadOptions& options)
        : mapping_(mapping),
          names_(names),
          zones_(zones),
          memory_(memory),
          sink_(sink),
          options_(options) {}

    Result<void> compile();
    Result<void> compile_fields();
    void need_everything();
    void lay_out();
    Result<ZoneClock*> clock_of(const std::string& zone);
    Result<std::optional<feel::Expression>> compile_formula(const std::optional<Formula>&,
                                                            std::vector<int>& reads);
    Result<Made> compile_template(const Template&);
    Result<FactPlan> compile_fact(const FactRule&);
    std::size_t field_set_of(const FactRule&);
    void need(int field);
    void need(const std::vector<int>& fields);
    void need(const Made&);

    bool make_row(const Row&);
    bool read_fields(const Row&);
    bool make_fact(FactPlan&);
    std::optional<feel::Value> evaluate(const feel::Expression&);
    void bind_previous();
    void remember_row();
    bool changed(const FactPlan&) const;
    // These answer false when the row must be rejected, for the reason they leave in reason_.
    bool instant_of(const Made&, std::string_view what, std::optional<Instant>& into);
    bool text_of(const Made&, std::string_view what);  // into text_
    bool subject_of(const FactPlan&, promise::Fact&);
    bool find_row_subject();
    bool change_of(const FactPlan&, promise::Fact&);
    bool sequence_of(const FactPlan&, promise::Fact&);
    bool kind_of(const FactPlan&, promise::Fact&);
    bool fail(Text reason);
    bool fail(const Field&, Text reason, Text mend);
    std::string_view customer_of_row();
    std::string_view keep_subject();
    std::span<const feel::Binding> fields_of(const FactPlan&);
    feel::Value keep(Field&, const feel::Value&);
    const feel::Value& value_of(int field) const;

    const Mapping& mapping_;
    Names& names_;
    Zones& zones_;
    Arena& memory_;
    promise::FactSink& sink_;
    const ReadOptions& options_;

    std::deque<ZoneClock> clocks_;
    std::unordered_map<std::string, ZoneClock*> clock_by_name_;
    ZoneClock* clock_ = nullptr;  // of the mapping's zone
    std::vector<std::string_view> special_names_;
    std::vector<Field> fields_;
    std::vector<FactPlan> facts_;
    std::vector<FieldSet> field_sets_;
    Made subject_;
    Made customer_;
    std::vector<std::string> columns_;
    bool reads_previous_ = false;  // somebody asks for the previous row of a subject
    std::size_t kinds_made_ = 0;

    // One row at a time.
    Row now_;
    std::vector<feel::Binding> row_;  // the needed fields, then `row`, then `previous`
    Arena scratch_;
    std::vector<promise::Fact> made_;
    std::string text_;
    Text reason_;
    std::string_view reason_field_;  // and of which field, if it is one's
    Text reason_mend_;
    std::string_view row_subject_;  // in memory_; of the last row that had one
    bool row_subject_known_ = false;
    std::string_view last_subject_;  // of any fact, reused while it stays the same
    std::unordered_map<std::string_view, std::span<feel::Value>> previous_;
    std::span<feel::Value> previous_row_;  // of this row's subject; empty: it is the first
    bool previous_bound_ = false;
    std::vector<int> previous_fields_;  // what is remembered of a row

    std::string path_;
    std::function<void()> progress_;
    ReadCounts counts_;
};

}  // namespace yinuo::wire
