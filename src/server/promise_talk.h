// What colleagues say about a draft: comments, some of which carry a back-test's figures as evidence,
// and votes.
//
// Documents of the collections "promise-comment" and "promise-vote", their ids beginning "NAME@V/", so
// that those of one version lie together. Each names the text that it was about by its hash: once the
// text changes they are shown as being about an earlier one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/publishing.h"
#include "server/api.h"

namespace yinuo::server {

inline constexpr std::string_view kPromiseComments = "promise-comment";
inline constexpr std::string_view kPromiseVotes = "promise-vote";
inline constexpr int kPromiseCommentsMost = 1'000;  // of one version

struct PromiseComment {
    std::string id;  // "cmt_…", rising with time within a version
    std::string by, name;
    Instant at;
    std::string text;
    std::string about;     // SHA-256 of the promise's text
    int line = 0;          // of that text; 0: the whole
    std::string evidence;  // JSON of figures_of(); empty: none

    std::string to_json() const;
    static Result<PromiseComment> from_json(std::string_view);
};
void write_comment(JsonOut&, const PromiseComment&, const engine::PromiseVersion&);
// Oldest first, after the comment of id `after`.
std::vector<PromiseComment> promise_comments(store::Reading&, store::TenantId,
                                             std::string_view version, std::string_view after,
                                             int limit);
void put_comment(store::Writing&, store::TenantId, std::string_view version, const PromiseComment&);

struct PromiseVote {
    std::string by, name;
    Instant at;
    bool in_favour = true;
    std::string reason;
    std::string about;  // SHA-256 of the promise's text

    std::string to_json() const;
    static Result<PromiseVote> from_json(std::string_view);
};
// Everybody's last vote; hundreds at most.
std::vector<PromiseVote> promise_votes(store::Reading&, store::TenantId, std::string_view version);
// Another vote of the same person takes the first one's place.
void put_vote(store::Writing&, store::TenantId, std::string_view version, const PromiseVote&);
// {"for":…,"against":…,"mine":…,"items":[…]}: counts are of votes on the text as it stands.
void write_votes(JsonOut&, const std::vector<PromiseVote>&, const engine::PromiseVersion&,
                 std::string_view me);

// The figures of a back-test of exactly this text, small enough to stay with the version when the job
// is removed. Refuses a job that isn't done, isn't there or ran another text.
Result<std::string> figures_of(store::Reading&, store::TenantId, const engine::PromiseVersion&,
                               std::string_view job);

}  // namespace yinuo::server
