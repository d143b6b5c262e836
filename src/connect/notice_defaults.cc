#include "connect/notice_defaults.h"

#include <array>

#include "base/check.h"

namespace yinuo::connect {
namespace {

constexpr NoticeVariable kCustomer{"customer", "客户称呼", "how we address the customer", 4};
constexpr NoticeVariable kCompany{"company", "公司名", "our name", 6};
constexpr NoticeVariable kSubject{"subject", "是哪一件事", "what it is about", 8};
constexpr NoticeVariable kPromise{"promise", "答应过什么", "what was promised", 20};
constexpr NoticeVariable kDue{"due", "最晚什么时候", "by when", 14};
constexpr NoticeVariable kHappened{"happened", "实际怎样", "what came of it", 20};
constexpr NoticeVariable kReason{"reason", "为什么", "why", 20};
constexpr NoticeVariable kRemedy{"remedy", "补偿什么", "what the customer gets", 12};
constexpr NoticeVariable kNext{"next", "接下来怎样", "what happens next", 20};
constexpr NoticeVariable kLink{"link", "查看进展的地址", "where to look", 22};
constexpr NoticeVariable kContact{"contact", "找谁", "whom to ask", 12};

constexpr NoticeVariable kIncidentTitle{"incident", "出了什么事", "what is wrong", 14};
constexpr NoticeVariable kSince{"since", "从何时起", "since when", 14};

constexpr std::array kBreach = {kCustomer, kCompany,       kSubject, kPromise, kDue,  kHappened,
                                kReason,   kIncidentTitle, kRemedy,  kNext,    kLink, kContact};
constexpr std::array kPaid = {kCustomer,
                              kCompany,
                              kSubject,
                              kRemedy,
                              kReason,
                              NoticeVariable{"paid_at", "何时到账", "when", 14},
                              NoticeVariable{"account", "到哪里", "where it went", 12},
                              kLink,
                              kContact};
constexpr std::array kIncident = {
    kCustomer,
    kCompany,
    kIncidentTitle,
    kSince,
    NoticeVariable{"until", "预计何时恢复", "until when, as far as we know", 14},
    kReason,
    kRemedy,
    kNext,
    kLink,
    kContact};
constexpr std::array kChoice = {
    kCustomer,
    kCompany,
    kSubject,
    NoticeVariable{"choices", "可选什么", "between what", 30},
    NoticeVariable{"choose_by", "何时前选", "until when", 14},
    NoticeVariable{"otherwise", "不选会怎样", "what happens otherwise", 14},
    kLink,
    kContact};
constexpr std::array kDuty = {kCustomer,
                              kCompany,
                              kSubject,
                              NoticeVariable{"duty", "需要客户做什么", "what we need", 16},
                              kSince,
                              NoticeVariable{"duty_by", "何时前", "by when", 14},
                              NoticeVariable{"effect", "晚了会怎样", "what it changes", 20},
                              kLink,
                              kContact};
constexpr std::array kNewDate = {kCustomer,
                                 kCompany,
                                 kSubject,
                                 kDue,
                                 NoticeVariable{"new_due", "想改到何时", "the new time", 14},
                                 kReason,
                                 kRemedy,
                                 kLink,
                                 kContact};
constexpr std::array kChaseAnswer = {kCustomer,
                                     kCompany,
                                     kSubject,
                                     NoticeVariable{"state", "办到哪一步", "how far it is", 16},
                                     kDue,
                                     kNext,
                                     NoticeVariable{"owner", "谁在办", "who is at it", 6},
                                     kLink,
                                     kContact};

constexpr std::array kClaimReceived = {
    kCustomer,
    kCompany,
    kSubject,
    kPromise,
    NoticeVariable{"decide_by", "最晚何时答复", "by when we answer", 14},
    kLink,
    kContact};
constexpr std::array kClaimDecided = {
    kCustomer,
    kCompany,
    kSubject,
    kPromise,
    NoticeVariable{"decision", "核实的结果", "what came of it", 14},
    kRemedy,
    kLink,
    kContact};
constexpr std::array kExpectation = {
    kCustomer, kCompany,
    kSubject,  NoticeVariable{"until", "何时前签", "until when it can be signed", 14},
    kLink,     kContact};
constexpr std::array kWord = {kCustomer, kCompany, kSubject, kPromise, kDue, kLink, kContact};
constexpr std::array kFollowUp = {kCustomer, kCompany, kSubject, kPromise,
                                  kRemedy,   kLink,    kContact};
constexpr std::array kRecovery = {
    kCustomer,
    kCompany,
    kSubject,
    kPromise,
    NoticeVariable{"apology", "我们想对客户说的话", "what we want to say to them", 60},
    kRemedy,
    kLink,
    kContact};

struct Default {
    std::string_view name;
    std::span<const NoticeVariable> variables;
    NoticeTemplate whole;
    NoticeTemplate brief;
};

const std::array<Default, kNoticeKinds>& defaults() {
    static const std::array<Default, kNoticeKinds> all = {{
        {"breach",
         kBreach,
         {{"{{subject}}：我们没有做到，对不起",
           R"({{customer}}，您好：

我们答应过您：{{promise}}，最晚 {{due}}。
这一次我们没有做到，对不起。
实际情况：{{happened}}
这是一次大面积的问题：{{incident}}
原因：{{reason}}

给您的补偿：{{remedy}}。您不用申请，也不用做什么。

接下来：{{next}}
随时可以在这里看进展：{{link}}
想找人说：{{contact}}

{{company}}
)"},
          {"{{subject}}: we didn't keep our word, and we are sorry",
           R"(Dear {{customer}},

We promised you this: {{promise}}, by {{due}}.
This time we didn't do it, and we are sorry.
What came of it: {{happened}}
It is part of something larger: {{incident}}
Why: {{reason}}

What you get from us: {{remedy}}. You don't have to ask for it, nor do anything else.

What happens next: {{next}}
You can follow it here at any time: {{link}}
If you would rather talk to somebody: {{contact}}

{{company}}
)"}},
         {{"没有做到，对不起",
           "{{subject}}没能按约做到，对不起。补偿{{remedy}}，无需申请。{{link}}"},
          {"Sorry", "Sorry, {{subject}} is late. You get {{remedy}}. {{link}}"}}},
        {"paid",
         kPaid,
         {{"{{remedy}}已经给您",
           R"({{customer}}，您好：

{{subject}}的补偿已经给您：{{remedy}}
到账时间：{{paid_at}}
在哪里看：{{account}}
为什么有这笔补偿：{{reason}}

您不用做什么。要是没有看到，请告诉我们：{{contact}}
明细：{{link}}

{{company}}
)"},
          {"{{remedy}} is yours now",
           R"(Dear {{customer}},

What we owed you for {{subject}} has been given: {{remedy}}
When: {{paid_at}}
Where you find it: {{account}}
What it is for: {{reason}}

There is nothing you have to do. If you can't see it, please tell us: {{contact}}
The details: {{link}}

{{company}}
)"}},
         {{"补偿已到账", "{{subject}}的补偿{{remedy}}已到账。{{link}}"},
          {"Paid", "{{remedy}} for {{subject}} is yours now. {{link}}"}}},
        {"incident",
         kIncident,
         {{"{{incident}}：我们正在处理",
           R"({{customer}}，您好：

{{incident}}，您可能已经受到影响，对不起。
开始时间：{{since}}
预计恢复：{{until}}
原因：{{reason}}

我们正在做的：{{next}}
因此没有做到的承诺，补偿会自动给您：{{remedy}}
您不用报修，也不用申请。

最新进展：{{link}}
想找人说：{{contact}}

{{company}}
)"},
          {"{{incident}}: we are working on it",
           R"(Dear {{customer}},

{{incident}}. It may have reached you already, and we are sorry.
Since: {{since}}
We expect it to be over by: {{until}}
Why: {{reason}}

What we are doing: {{next}}
For promises that we break by it you get this by itself: {{remedy}}
There is no need to report it or to ask.

The latest: {{link}}
If you would rather talk to somebody: {{contact}}

{{company}}
)"}},
         {{"正在抢修", "{{incident}}，我们正在处理，预计{{until}}恢复。{{link}}"},
          {"We are working on it", "{{incident}}. Over by {{until}}, we expect. {{link}}"}}},
        {"choice",
         kChoice,
         {{"{{subject}}的补偿，请您来选",
           R"({{customer}}，您好：

{{subject}}我们没有做到，对不起。补偿由您来选：
{{choices}}

在这里选，只要点一下：{{link}}
{{choose_by}}前都可以选。
没有选的话：{{otherwise}}
想先问问：{{contact}}

{{company}}
)"},
          {"{{subject}}: choose what you get",
           R"(Dear {{customer}},

We didn't keep our word about {{subject}}, and we are sorry. You choose what you get for it:
{{choices}}

One click here is enough: {{link}}
You have until {{choose_by}}.
If you don't choose: {{otherwise}}
If you would like to ask first: {{contact}}

{{company}}
)"}},
         {{"请您选补偿", "{{subject}}的补偿请您来选，{{choose_by}}前有效：{{link}}"},
          {"Please choose", "Choose what you get for {{subject}} by {{choose_by}}: {{link}}"}}},
        {"duty-reminder",
         kDuty,
         {{"{{subject}}还差一步，需要您帮忙",
           R"({{customer}}，您好：

{{subject}}还差一步，需要您：{{duty}}
从 {{since}} 起，我们在等您这一步，计时也停着；您办好，就接着往下走。
方便的话，请在 {{duty_by}} 前完成。
会有什么影响：{{effect}}

在这里就可以办：{{link}}
有困难请告诉我们，我们一起想办法：{{contact}}

{{company}}
)"},
          {"{{subject}}: one more step, with your help",
           R"(Dear {{customer}},

{{subject}} is one step away, and we need your help with it: {{duty}}
We have waited for this since {{since}}; our clock stands still and goes on when it is done.
If you can, please do it by {{duty_by}}.
What depends on it: {{effect}}

You can do it here: {{link}}
If that is difficult, tell us and we will find a way: {{contact}}

{{company}}
)"}},
         {{"还差一步", "{{subject}}还差一步：{{duty}}，{{duty_by}}前。{{link}}"},
          {"One more step", "{{subject}} needs your help: {{duty}}, by {{duty_by}}. {{link}}"}}},
        {"new-date",
         kNewDate,
         {{"{{subject}}：想和您商量换个时间",
           R"({{customer}}，您好：

{{subject}}约的是 {{due}}。我们恐怕赶不上了，对不起，想和您商量换个时间。
新的时间：{{new_due}}
原因：{{reason}}

同意、另选时间或不同意，都在这里：{{link}}
您不同意也完全可以，原来的约定照样算数。
无论怎样，这份补偿都给您：{{remedy}}
想找人说：{{contact}}

{{company}}
)"},
          {"{{subject}}: may we ask you for another time?",
           R"(Dear {{customer}},

We agreed on {{due}} for {{subject}}. We are afraid we won't make it, and we are sorry.
May we come at another time? {{new_due}}
Why: {{reason}}

Agree, choose another time or decline here: {{link}}
It is quite all right to decline: what we agreed on still counts.
Whatever you decide, you get this: {{remedy}}
If you would rather talk to somebody: {{contact}}

{{company}}
)"}},
         {{"想换个时间", "{{subject}}恐怕赶不上，对不起。改到{{new_due}}可以吗？{{link}}"},
          {"Another time?", "Sorry: may we do {{subject}} at {{new_due}} instead? {{link}}"}}},
        {"chase-answer",
         kChaseAnswer,
         {{"{{subject}}办到哪一步了",
           R"({{customer}}，您好：

您问的{{subject}}，现在是：{{state}}
最晚什么时候办好：{{due}}
谁在办：{{owner}}
接下来：{{next}}

有新进展我们会先告诉您，您不用再来催。随时也可以自己看：{{link}}
想找人说：{{contact}}

{{company}}
)"},
          {"{{subject}}: how far it is",
           R"(Dear {{customer}},

You asked about {{subject}}. This is how far it is: {{state}}
It will be done by: {{due}}
Who is at it: {{owner}}
What happens next: {{next}}

We will tell you as soon as there is news, without your asking. You can also look yourself: {{link}}
If you would rather talk to somebody: {{contact}}

{{company}}
)"}},
         {{"进展", "您问的{{subject}}：{{state}}，最晚{{due}}。{{link}}"},
          {"How far it is", "{{subject}}: {{state}}, done by {{due}}. {{link}}"}}},
        {"claim-received",
         kClaimReceived,
         {{"{{subject}}：您反映的情况，我们收到了",
           R"({{customer}}，您好：

您反映的{{subject}}，我们收到了，正在核实。
说的是这条承诺：{{promise}}
最晚 {{decide_by}} 给您答复；到时没有答复，就按您说的算。

您不用再来催。进展在这里：{{link}}
有要补充的，请告诉我们：{{contact}}

{{company}}
)"},
          {"{{subject}}: we have what you told us",
           R"(Dear {{customer}},

We have received what you told us about {{subject}}, and are looking into it.
It is about this promise: {{promise}}
You will have our answer by {{decide_by}}; without one, what you said counts.

You needn't ask again. You can follow it here: {{link}}
If there is something to add, please tell us: {{contact}}

{{company}}
)"}},
         {{"收到了", "您反映的{{subject}}我们收到了，最晚{{decide_by}}答复。{{link}}"},
          {"Received", "We look into {{subject}} and answer by {{decide_by}}. {{link}}"}}},
        {"claim-decided",
         kClaimDecided,
         {{"{{subject}}：核实有结果了",
           R"({{customer}}，您好：

您反映的{{subject}}，核实的结果是：{{decision}}
说的是这条承诺：{{promise}}
给您的补偿：{{remedy}}。您不用申请。

依据和经过在这里：{{link}}
您不认同，请告诉我们，我们再核实一次：{{contact}}

{{company}}
)"},
          {"{{subject}}: what we found",
           R"(Dear {{customer}},

We have looked into what you told us about {{subject}}. This is what we found: {{decision}}
It is about this promise: {{promise}}
What you get from us: {{remedy}}. You don't have to ask for it.

How we came to it: {{link}}
If you see it differently, tell us and we will look again: {{contact}}

{{company}}
)"}},
         {{"核实结果", "您反映的{{subject}}：{{decision}}。{{link}}"},
          {"What we found", "{{subject}}: {{decision}}. {{link}}"}}},
        {"expectation",
         kExpectation,
         {{"{{subject}}：我们承诺什么、不承诺什么，请您看一看",
           R"({{customer}}，您好：

{{subject}}我们承诺什么、不承诺什么，都写清楚了，请您看一看。
同意就签字；哪一条不同意，也可以只签其余的。
{{until}} 前都可以签。

在这里看，也在这里签：{{link}}
有不明白的，请先问我们：{{contact}}

{{company}}
)"},
          {"{{subject}}: what we promise and what we don't",
           R"(Dear {{customer}},

What we promise about {{subject}}, and what we don't, is written down for you to read.
Sign it if you agree; you can also leave out what you don't agree to.
You can sign until {{until}}.

Read and sign it here: {{link}}
If anything isn't clear, please ask us first: {{contact}}

{{company}}
)"}},
         {{"请您看看", "{{subject}}我们承诺什么、不承诺什么，请看：{{link}}"},
          {"Please read", "What we promise about {{subject}} and what not: {{link}}"}}},
        {"word",
         kWord,
         {{"{{subject}}：我们答应您的，写下来给您",
           R"({{customer}}，您好：

我们答应您：{{promise}}，最晚 {{due}}。
这句话我们记下了，说到就要做到；没有做到，我们会先告诉您。

随时可以在这里看进展：{{link}}
想找人说：{{contact}}

{{company}}
)"},
          {"{{subject}}: our word to you, in writing",
           R"(Dear {{customer}},

We gave you our word: {{promise}}, by {{due}}.
It is written down and counts. Should we fail, you will hear it from us first.

You can follow it here at any time: {{link}}
If you would rather talk to somebody: {{contact}}

{{company}}
)"}},
         {{"说到做到", "我们答应您：{{promise}}，最晚{{due}}。{{link}}"},
          {"Our word", "We promised you {{promise}} by {{due}}. {{link}}"}}},
        {"follow-up",
         kFollowUp,
         {{"{{subject}}：现在都好了吗？",
           R"({{customer}}，您好：

前些天{{subject}}我们没有做到：{{promise}}。
给您的补偿是：{{remedy}}
想问一声：现在都好了吗？补偿收到了吗？

还有不妥的地方，请告诉我们，我们接着办：{{contact}}
经过都在这里：{{link}}

{{company}}
)"},
          {"{{subject}}: is everything all right now?",
           R"(Dear {{customer}},

The other day we didn't keep our word about {{subject}}: {{promise}}.
What you got for it: {{remedy}}
We would like to know: is everything all right now, and did it reach you?

If something is still wrong, tell us and we stay at it: {{contact}}
All that happened: {{link}}

{{company}}
)"}},
         {{"都好了吗", "{{subject}}现在都好了吗？还有不妥，请告诉我们。{{link}}"},
          {"All right now?", "Is {{subject}} all right now? If not, please tell us. {{link}}"}}},
        {"recovery",
         kRecovery,
         {{"{{subject}}：对不起，我们在补救",
           R"({{customer}}，您好：

{{apology}}

这件事说好的是：{{promise}}
给您的补偿是：{{remedy}}
经过都在这里：{{link}}
想找人说：{{contact}}

{{company}}
)"},
          {"{{subject}}: we are sorry, and we are making it good",
           R"(Dear {{customer}},

{{apology}}

What we had promised: {{promise}}
What you get for it: {{remedy}}
All that happened: {{link}}
If you would rather talk to somebody: {{contact}}

{{company}}
)"}},
         {{"我们在补救", "{{subject}}没有按约做到，对不起，我们在补救。{{link}}"},
          {"Making it good", "We are sorry about {{subject}} and are making it good. {{link}}"}}},
    }};
    return all;
}

const Default& of(NoticeKind kind) {
    const auto index = static_cast<std::size_t>(kind);
    check(index < defaults().size());
    return defaults()[index];
}

}  // namespace

std::string_view name_of(NoticeKind kind) { return of(kind).name; }
std::span<const NoticeVariable> variables_of(NoticeKind kind) { return of(kind).variables; }
const NoticeTemplate& default_notice(NoticeKind kind) { return of(kind).whole; }
const NoticeTemplate& default_short(NoticeKind kind) { return of(kind).brief; }

}  // namespace yinuo::connect
