package forge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer/text"
)

// GitHub is the address of the API that is asked where no other is given.
const GitHub = "https://api.github.com"

const (
	patience = 15 * time.Second // for one answer
	maxBytes = 4 << 20          // of one answer
)

// A Release is one of an action.
type Release struct {
	Version string // three numbers: "7.0.1"
	Commit  string // 40 hexadecimal digits
}

// A Client asks one forge.
type Client struct {
	api  string
	host string
	http *http.Client
}

// New is a client of the API at an address; "" for that of GitHub.
func New(api string) (*Client, error) {
	if api == "" {
		api = GitHub
	}
	u, err := url.Parse(api)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("%s is not the address of an API", text.VisibleLine(api))
	}
	return &Client{api: strings.TrimSuffix(api, "/"), host: u.Host, http: &http.Client{
		Timeout: patience,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if r.URL.Host != u.Host || len(via) > 3 {
				return errors.New("it leads to another host")
			}
			return nil
		},
	}}, nil
}

// Host is who is asked.
func (c *Client) Host() string { return c.host }

var (
	repositoryName = regexp.MustCompile(`^[\w.-]+/[\w.-]+$`)
	versionTag     = regexp.MustCompile(`^v(\d{1,6}\.\d{1,6}\.\d{1,6})$`)
	commitHash     = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// ErrNone is the error of a repository without a release that counts.
var ErrNone = errors.New("no release counts")

// Newest is the newest release of a repository of one major version that was published
// before a day. Releases whose tags are not v and three numbers do not count, and neither do
// drafts and previews.
func (c *Client) Newest(ctx context.Context, repository, major string, before time.Time) (Release, error) {
	if !repositoryName.MatchString(repository) {
		return Release{}, fmt.Errorf("%s is not a repository", text.VisibleLine(repository))
	}
	body, err := c.get(ctx, "/repos/"+repository+"/releases?per_page=100", "application/vnd.github+json")
	if err != nil {
		return Release{}, err
	}
	var list []struct {
		Tag        string    `json:"tag_name"`
		Draft      bool      `json:"draft"`
		Prerelease bool      `json:"prerelease"`
		Published  time.Time `json:"published_at"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return Release{}, fmt.Errorf("%s: the answer is not a list of releases", c.host)
	}
	var best []int
	version := ""
	for _, r := range list {
		m := versionTag.FindStringSubmatch(r.Tag)
		if m == nil || r.Draft || r.Prerelease || r.Published.IsZero() || !r.Published.Before(before) || !strings.HasPrefix(m[1], major+".") {
			continue
		}
		if n := numbers(m[1]); slices.Compare(n, best) > 0 {
			best, version = n, m[1]
		}
	}
	if version == "" {
		return Release{}, ErrNone
	}
	body, err = c.get(ctx, "/repos/"+repository+"/commits/v"+version, "application/vnd.github.sha")
	if err != nil {
		return Release{}, err
	}
	commit := strings.TrimSpace(string(body))
	if !commitHash.MatchString(commit) {
		return Release{}, fmt.Errorf("%s: the answer is not a commit", c.host)
	}
	return Release{Version: version, Commit: commit}, nil
}

// Newer reports whether a version is newer than another.
func Newer(version, than string) bool { return slices.Compare(numbers(version), numbers(than)) > 0 }

func numbers(version string) []int {
	var out []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil
		}
		out = append(out, n)
	}
	return out
}

func (c *Client) get(ctx context.Context, path, accept string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.api+path, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", accept)
	r.Header.Set("User-Agent", "oakum")
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s does not answer", c.host)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers with status %d", c.host, answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBytes+1))
	if err != nil || len(body) > maxBytes {
		return nil, fmt.Errorf("%s answers with too much", c.host)
	}
	return body, nil
}
