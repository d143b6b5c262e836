#include "wire/fact_maker.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

#include "wire/cells.h"

namespace yinuo::wire {
namespace {

constexpr std::size_t kWordBytesMax = 64;
constexpr std::size_t kWordsMax = 1 << 14;
constexpr std::size_t kKindsMax = 10'000;
constexpr std::uint64_t kRowsBetweenProgress = 4096;

}  // namespace

std::string_view Words::keep(std::string_view text, Arena& memory) {
    if (text.empty()) return {};
    if (given_up_ || text.size() > kWordBytesMax) return memory.copy(text);
    if (count_ * 2 >= table_.size()) grow();
    const std::size_t mask = table_.size() - 1;
    std::size_t at = std::hash<std::string_view>()(text) & mask;
    while (table_[at].data() != nullptr) {
        if (table_[at] == text) return ++hits_, table_[at];
        at = (at + 1) & mask;
    }
    const auto kept = memory.copy(text);
    if (count_ >= kWordsMax) {
        given_up_ = hits_ < 4 * kWordsMax;
    } else {
        table_[at] = kept;
        ++count_;
    }
    return kept;
}

void Words::grow() {
    std::vector<std::string_view> old(std::max<std::size_t>(64, table_.size() * 2));
    old.swap(table_);
    const std::size_t mask = table_.size() - 1;
    for (const auto word : old) {
        if (word.data() == nullptr) continue;
        std::size_t at = std::hash<std::string_view>()(word) & mask;
        while (table_[at].data() != nullptr) at = (at + 1) & mask;
        table_[at] = word;
    }
}

void FactMaker::begin(std::string_view path, std::function<void()> progress) {
    path_ = path;
    progress_ = std::move(progress);
}

bool FactMaker::reject(std::uint64_t line, std::uint32_t column, Text reason) {
    ++counts_.rows;
    ++counts_.rejected;
    if (options_.on_rejected)
        options_.on_rejected({.path = path_,
                              .line = line,
                              .column = column,
                              .reason = std::move(reason),
                              .field = std::exchange(reason_field_, {}),
                              .mend = std::exchange(reason_mend_, {})});
    if (options_.interrupted != nullptr && options_.interrupted()) counts_.interrupted = true;
    return !counts_.interrupted;
}

bool FactMaker::take(const Row& row) {
    if (options_.interrupted != nullptr && options_.interrupted()) {
        counts_.interrupted = true;
        return false;
    }
    if (progress_ && counts_.rows % kRowsBetweenProgress == 0) progress_();
    if (!make_row(row)) {
        if (!row.name.empty()) {
            const std::string name(row.name.substr(0, 60));
            reason_.zh += "（事件“" + name + "”）";
            reason_.en += " (event \"" + name + "\")";
        }
        return reject(row.line, 0, std::move(reason_));
    }
    ++counts_.rows;
    counts_.facts += made_.size();
    if (options_.on_row) options_.on_row(row.line, customer_of_row());
    for (const auto& fact : made_) sink_.take(fact);
    return true;
}

bool FactMaker::fail(Text reason) {
    reason_ = std::move(reason);
    return false;
}

bool FactMaker::fail(const Field& field, Text reason, Text mend) {
    reason_field_ = field.rule->name;
    reason_mend_ = std::move(mend);
    return fail(std::move(reason));
}

// In text_; a row that doesn't say whose it is is nobody's.
std::string_view FactMaker::customer_of_row() {
    if (!customer_.given || !text_of(customer_, "customer")) return {};
    return text_;
}

bool FactMaker::make_row(const Row& row) {
    now_ = row;
    made_.clear();
    scratch_.reset();
    row_subject_known_ = false;
    previous_bound_ = false;
    for (auto& set : field_sets_) set.fresh = false;
    row_[row_.size() - 2].value = feel::Value::number(static_cast<std::int64_t>(counts_.rows + 1));
    if (!read_fields(row)) return false;
    if (reads_previous_) {
        if (!find_row_subject()) return false;
        bind_previous();
    }
    for (auto& plan : facts_)
        if (!make_fact(plan)) return false;
    if (reads_previous_) remember_row();
    return true;
}

bool FactMaker::read_fields(const Row& row) {
    for (Field& field : fields_) {
        if (field.slot == kNone) continue;
        feel::Value& value = row_[static_cast<std::size_t>(field.slot)].value;
        value = feel::Value::null();
        if (field.formula) continue;
        const auto cell = row.cells[static_cast<std::size_t>(field.cell)];
        if (is_missing(cell, field.rule->missing)) {
            if (field.rule->required)
                return fail(
                    field, {field.rule->name + " 没有值", field.rule->name + " has no value"},
                    {"补上，或在映射里去掉 required", "fill it in, or take `required` away"});
            continue;
        }
        const auto read = read_cell(cell, *field.rule, mapping_.decimal_mark, *field.clock);
        if (!read) return fail(field, complain_of(cell, *field.rule), mend_of(*field.rule));
        value = *read;
    }
    for (Field& field : fields_) {
        if (field.slot == kNone || !field.formula) continue;
        if (field.reads_previous && !previous_bound_) {
            if (!find_row_subject()) return false;
            bind_previous();
        }
        auto value = evaluate(*field.formula);
        if (!value) return false;
        if (field.rule->required && value->is_null())
            return fail({field.rule->name + " 没有值", field.rule->name + " has no value"});
        if (field.rule->typed && field.rule->type == FieldType::Instant && !value->is_null()) {
            const auto at = value->to_instant(field.clock->zone());
            if (!at)
                return fail({field.rule->name + " 算出的不是时间",
                             field.rule->name + " came out as no time"});
            value = feel::Value::instant(*at, field.clock->zone());
        }
        row_[static_cast<std::size_t>(field.slot)].value = *value;
    }
    return true;
}

std::optional<feel::Value> FactMaker::evaluate(const feel::Expression& formula) {
    feel::Evaluation evaluation{.memory = scratch_, .zone = &clock_->zone()};
    const feel::Scope scope{.bindings = row_};
    const auto value = formula.evaluate(scope, evaluation);
    if (!evaluation.exhausted) return value;
    fail({"公式计算步数过多", "a formula took too many steps"});
    return std::nullopt;
}

const feel::Value& FactMaker::value_of(int field) const {
    return row_[static_cast<std::size_t>(fields_[static_cast<std::size_t>(field)].slot)].value;
}

void FactMaker::bind_previous() {
    if (previous_bound_) return;
    previous_bound_ = true;
    auto& bound = row_.back().value;
    bound = feel::Value::null();
    const auto found = previous_.find(row_subject_);
    previous_row_ = found == previous_.end() ? std::span<feel::Value>() : found->second;
    if (previous_row_.empty()) return;
    const auto entries = scratch_.array<feel::Entry>(previous_fields_.size());
    for (std::size_t i = 0; i < entries.size(); ++i)
        new (&entries[i]) feel::Entry{
            fields_[static_cast<std::size_t>(previous_fields_[i])].rule->name, previous_row_[i]};
    bound = feel::Value::context(entries);
}

void FactMaker::remember_row() {
    if (previous_row_.empty()) {
        previous_row_ = memory_.array<feel::Value>(previous_fields_.size());
        for (auto& value : previous_row_) new (&value) feel::Value();
        previous_.emplace(row_subject_, previous_row_);
    }
    for (std::size_t i = 0; i < previous_fields_.size(); ++i)
        previous_row_[i] = keep(fields_[static_cast<std::size_t>(previous_fields_[i])],
                                value_of(previous_fields_[i]));
}

bool FactMaker::changed(const FactPlan& plan) const {
    if (previous_row_.empty()) return true;
    return std::ranges::any_of(plan.rule->on_change_of, [&](int field) {
        const auto place = std::ranges::find(previous_fields_, field) - previous_fields_.begin();
        const auto& before = previous_row_[static_cast<std::size_t>(place)];
        const auto& after = value_of(field);
        if (before.is_null() || after.is_null()) return before.is_null() != after.is_null();
        return !feel::equal(before, after).is_true();
    });
}

bool FactMaker::make_fact(FactPlan& plan) {
    if (!plan.rule->on_change_of.empty() && !changed(plan)) return true;
    if (plan.when) {
        const auto holds = evaluate(*plan.when);
        if (!holds) return false;
        if (!holds->is_true()) return true;
    }
    std::optional<Instant> at;
    if (!instant_of(plan.at, "at", at)) return false;
    if (!at) {
        if (!plan.rule->required) return true;
        return fail({"缺少必需的业务记录的时间（at）", "a required fact has no time (at)"});
    }
    promise::Fact fact;
    fact.at = *at;
    fact.received_at = *at;
    if (!kind_of(plan, fact) || !subject_of(plan, fact) || !change_of(plan, fact) ||
        !sequence_of(plan, fact))
        return false;
    if (plan.received_at.given) {
        std::optional<Instant> received;
        if (!instant_of(plan.received_at, "received at", received)) return false;
        if (received) fact.received_at = *received;
    }
    if (plan.id.given) {
        if (!text_of(plan.id, "id")) return false;
        fact.id = memory_.copy(text_);
    }
    fact.fields = fields_of(plan);
    made_.push_back(fact);
    return true;
}

bool FactMaker::instant_of(const Made& made, std::string_view what, std::optional<Instant>& into) {
    const Zone* zone = &clock_->zone();
    feel::Value value;
    if (made.field >= 0) {
        value = value_of(made.field);
        zone = &fields_[static_cast<std::size_t>(made.field)].clock->zone();
    } else {
        const auto result = evaluate(*made.formula);
        if (!result) return false;
        value = *result;
    }
    if (value.is_null()) return true;
    into = value.to_instant(*zone);
    if (into) return true;
    const std::string name(what);
    return fail({name + " 算出的不是时间", name + " came out as no time"});
}

bool FactMaker::text_of(const Made& made, std::string_view what) {
    text_.clear();
    const auto missing = [&] {
        const std::string name(what);
        return fail({name + " 缺少组成它的值", name + " lacks a value that it is made of"});
    };
    if (made.formula) {
        const auto value = evaluate(*made.formula);
        if (!value) return false;
        if (value->is_null()) return missing();
        if (value->type() == feel::Type::String)
            text_ = value->as_string();
        else
            text_ = feel::to_text(*value);
        return true;
    }
    for (const auto& piece : made.pieces) {
        text_ += piece.text;
        if (piece.field == TemplatePart::kRow) {
            char digits[24];
            const auto end = std::to_chars(digits, digits + sizeof digits, counts_.rows + 1).ptr;
            text_.append(digits, end);
        } else if (piece.field >= 0) {
            const auto& field = fields_[static_cast<std::size_t>(piece.field)];
            const auto& value = value_of(piece.field);
            if (value.is_null()) return missing();
            if (field.cell != kNone)
                text_ += now_.cells[static_cast<std::size_t>(field.cell)];
            else if (value.type() == feel::Type::String)
                text_ += value.as_string();
            else
                text_ += feel::to_text(value);
        }
    }
    return true;
}

std::string_view FactMaker::keep_subject() {
    if (text_ != last_subject_) last_subject_ = memory_.copy(text_);
    return last_subject_;
}

bool FactMaker::find_row_subject() {
    if (row_subject_known_) return true;
    if (!text_of(subject_, "subject")) return false;
    row_subject_ = keep_subject();
    row_subject_known_ = true;
    return true;
}

bool FactMaker::subject_of(const FactPlan& plan, promise::Fact& fact) {
    if (plan.subject.given) {
        if (!text_of(plan.subject, "subject")) return false;
        fact.subject = keep_subject();
        return true;
    }
    if (!find_row_subject()) return false;
    fact.subject = row_subject_;
    return true;
}

bool FactMaker::kind_of(const FactPlan& plan, promise::Fact& fact) {
    fact.kind = plan.kind;
    if (fact.kind != Symbol::None) return true;
    if (!text_of(plan.kind_from, "fact")) return false;
    fact.kind = names_.find(text_);
    if (fact.kind != Symbol::None) return true;
    if (++kinds_made_ > kKindsMax)
        return fail({"业务记录的种类超过 10,000 种", "there are more than 10,000 kinds of facts"});
    fact.kind = names_.intern(text_);
    return true;
}

bool FactMaker::change_of(const FactPlan& plan, promise::Fact& fact) {
    fact.change = plan.fixed_change;
    if (!plan.change.given) return true;
    if (!text_of(plan.change, "change")) return false;
    if (text_ == "report")
        fact.change = promise::Change::Report;
    else if (text_ == "correct")
        fact.change = promise::Change::Correct;
    else if (text_ == "retract")
        fact.change = promise::Change::Retract;
    else
        return fail({"change 只能是 report、correct 或 retract",
                     "change must be report, correct or retract"});
    return true;
}

bool FactMaker::sequence_of(const FactPlan& plan, promise::Fact& fact) {
    fact.sequence = static_cast<std::int64_t>(counts_.rows + 1);
    if (!plan.sequence.given || plan.sequence.field == TemplatePart::kRow) return true;
    feel::Value value;
    if (plan.sequence.field >= 0) {
        value = value_of(plan.sequence.field);
    } else {
        const auto result = evaluate(*plan.sequence.formula);
        if (!result) return false;
        value = *result;
    }
    const auto whole =
        value.type() == feel::Type::Number ? value.as_number().to_int64() : std::nullopt;
    if (!whole) return fail({"sequence 不是整数", "sequence is no whole number"});
    fact.sequence = *whole;
    return true;
}

feel::Value FactMaker::keep(Field& field, const feel::Value& value) {
    if (value.type() == feel::Type::String)
        return feel::Value::string(field.words.keep(value.as_string(), memory_));
    return field.formula ? feel::copy(value, memory_) : value;
}

std::span<const feel::Binding> FactMaker::fields_of(const FactPlan& plan) {
    FieldSet& set = field_sets_[plan.field_set];
    if (set.fresh) return set.kept;
    const auto bindings = memory_.array<feel::Binding>(set.fields.size());
    for (std::size_t i = 0; i < bindings.size(); ++i) {
        Field& field = fields_[static_cast<std::size_t>(set.fields[i])];
        new (&bindings[i]) feel::Binding{
            field.symbol, keep(field, row_[static_cast<std::size_t>(field.slot)].value)};
    }
    set.kept = bindings;
    set.fresh = true;
    return bindings;
}

}  // namespace yinuo::wire
