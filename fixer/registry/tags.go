package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// tagName is what the specification allows as a tag.
var tagName = text.Regexp(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)

// A tagList are the tags of a repository, in the order of the registry. It is nil
// where the registry does not list them.
type tagList []string

func (tagList) valid() bool { return true }

// tags lists the tags of the repository, page by page within bounds. A registry
// that refuses to is a warning: all that is missed is a more precise name.
func (a *asking) tags(ctx context.Context) (tagList, error) {
	return recall(ctx, a, "tags", a.loc.String(), thisTime, func(ctx context.Context) (tagList, error) {
		h := a.loc.host
		list := tagList{}
		asked := map[string]bool{}
		for query := "n=1000"; ; {
			asked[query] = true
			resp, err := a.run.do(ctx, h, call{kind: getTags, repo: a.loc.repo, path: "tags/list?" + query})
			if err != nil {
				return nil, err
			}
			switch {
			case resp.status >= 400 && resp.status < 500:
				h.r.warn(fmt.Sprintf("%s does not list the tags of %s, so that no more precise tag was looked for", h.shown, a.loc.repo))
				return nil, nil
			case resp.status != http.StatusOK:
				return nil, h.refusal(resp, "list of the tags of "+a.loc.repo)
			}
			var page struct {
				Tags []string `json:"tags"`
			}
			if json.Unmarshal(resp.body, &page) != nil {
				h.r.warn(fmt.Sprintf("%s gives no list of the tags of %s that can be read, so that no more precise tag was looked for", h.shown, a.loc.repo))
				return nil, nil
			}
			for _, t := range page.Tags {
				if tagName().MatchString(t) {
					list = append(list, t)
				}
			}
			next := nextQuery(resp.header)
			if next == "" || asked[next] || len(page.Tags) == 0 {
				return list, nil
			}
			if len(list) >= maxTags || len(asked) >= maxPages {
				h.r.warn(fmt.Sprintf("%s lists more than %d tags of %s: the rest was not looked at for a more precise tag", h.shown, min(len(list), maxTags), a.loc.repo))
				return list[:min(len(list), maxTags)], nil
			}
			query = next
		}
	})
}

// nextQuery is the query of the next page. Nothing else of the address that a
// registry gives is used: behind proxies it is often wrong, and it might lead
// elsewhere.
func nextQuery(header http.Header) string {
	for _, link := range header.Values("Link") {
		address, params, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(link), "<"), ">")
		if !ok || !strings.Contains(strings.ReplaceAll(params, `"`, ""), "rel=next") {
			continue
		}
		if u, err := url.Parse(address); err == nil && len(u.RawQuery) <= 1024 {
			return u.Query().Encode()
		}
	}
	return ""
}
