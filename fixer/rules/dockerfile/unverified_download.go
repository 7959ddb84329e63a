package dockerfile

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
)

//go:embed unverified_download.md
var unverifiedDownloadDoc string

// UnverifiedDownload reports downloads without verification.
var UnverifiedDownload = &fixer.Rule{
	Name:     "dockerfile/unverified-download",
	Title:    "download without a check",
	Severity: fixer.Medium,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.9"},
		{Source: fixer.CISDocker, ID: "4.11"},
		{Source: fixer.Checkov, ID: "CKV_DOCKER_4"},
		{Source: fixer.KICSDockerfile, ID: "4b410d24-1cbe-4430-a632-62c9a931cf1c", Title: "Curl or Wget Instead of Add"},
		{Source: fixer.Scorecard, ID: "Pinned-Dependencies"},
	},
	Doc: unverifiedDownloadDoc,
	Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if _, sum := i.Flag("checksum"); i.Keyword == "ADD" && len(i.Words) > 1 && !sum {
				for _, w := range i.Words[:len(i.Words)-1] {
					checkAddURL(p, s, i, at, w)
				}
			}
			for _, pair := range i.Pairs {
				if i.Keyword == "ENV" || i.Keyword == "ARG" {
					checkRegistry(p, i, at, pair)
				}
			}
		})
		for _, st := range steps(f, "RUN") {
			if slices.ContainsFunc(st.commands, compares) {
				continue
			}
			for _, c := range st.commands {
				checkPlainHTTP(p, st, c)
			}
		}
	},
}

func checkAddURL(p *fixer.Pass, s *dockerfile.Stage, i, at *dockerfile.Instruction, w dockerfile.Word) {
	link := w.Value
	if strings.Contains(link, "$") {
		if text, from := expandDefaults(p.File.Dockerfile, s, i, link); from != nil {
			link = text
		}
	}
	lower := strings.ToLower(link)
	secure := strings.HasPrefix(lower, "https://")
	if !secure && !strings.HasPrefix(lower, "http://") || local.MatchString(link) {
		return
	}
	path, ref, _ := strings.Cut(link, "#")
	repository := strings.HasSuffix(path, ".git")
	if repository && isCommit(ref) {
		return
	}
	f := fixer.Finding{
		Path:     place(p.File.Dockerfile, at) + ": " + w.Value,
		Message:  fmt.Sprintf("ADD takes whatever %s answers", shownURL(link)),
		Evidence: []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: source(p, i), Text: "there is no --checksum"}},
		Advice:   "download it once, look at it, and write ADD --checksum=sha256: with what sha256sum prints of it; a URL that names a version keeps answering the same",
	}
	if secure {
		f.Severity = fixer.Low
	} else {
		f.Message += ", over a connection that anybody on the way can change"
	}
	if repository {
		f.Advice = "name the commit in full behind the URL (#COMMIT), or write ADD --checksum=COMMIT"
	}
	report(p, at, f)
}

func isCommit(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// compares reports whether a command holds a download to something that is
// known before.
func compares(c command) bool {
	switch c.name {
	case "sha256sum", "sha512sum", "sha1sum", "sha384sum", "shasum", "b2sum", "md5sum":
		return slices.ContainsFunc(c.args(), func(w dockerfile.Word) bool {
			return w.Value == "--check" || w.Value == "--status" || shortOption.MatchString(w.Value) && strings.Contains(w.Value, "c")
		})
	case "gpg", "gpg2":
		return c.has("--verify")
	case "gpgv", "minisign", "cosign", "signify":
		return true
	case "openssl":
		return c.has("-verify")
	}
	return false
}

// carries are options whose value is a URL that is not downloaded, or not read.
var carries = set("-x --proxy -e --referer -H --header -d --data --data-raw -A --user-agent --preproxy --trusted-host --build-arg -U")

// registryVariables name the server that a package manager installs from.
var registryVariables = set("PIP_INDEX_URL PIP_EXTRA_INDEX_URL UV_INDEX_URL UV_DEFAULT_INDEX NPM_CONFIG_REGISTRY YARN_REGISTRY YARN_NPM_REGISTRY_SERVER GOPROXY RUBYGEMS_HOST")

func checkRegistry(p *fixer.Pass, i, at *dockerfile.Instruction, pair dockerfile.Pair) {
	link := linkIn.FindString(pair.Value)
	if !registryVariables[strings.ToUpper(pair.Key)] || !strings.HasPrefix(strings.ToLower(link), "http://") || local.MatchString(link) {
		return
	}
	report(p, at, fixer.Finding{
		Path:    place(p.File.Dockerfile, at) + " " + pair.Key,
		Message: fmt.Sprintf("packages come from %s over a connection that anybody on the way can change", shownURL(link)),
		Advice:  "write https://; give a registry of your own a certificate, and the image the authority that signed it",
		Start:   pair.Word.Start, End: pair.Word.End,
	})
}

// registryClients take the server from an option of theirs or keep it in their
// settings; other URLs among their words are no downloads.
var registryClients = set("npm yarn pnpm gem bundle")

var registryOption = regexp.MustCompile(`(?i)^(--registry|--source|-s|--add|-a|registry|npmRegistryServer|mirror\..*)(=.*)?$`)

func checkPlainHTTP(p *fixer.Pass, st step, c command) {
	switch sub, _ := c.sub(); {
	case c.name == "git" && sub != "clone", registryClients[c.name] && !slices.ContainsFunc(c.args(), func(w dockerfile.Word) bool { return registryOption.MatchString(w.Value) }):
		return
	case !fetchers[c.name] && !registryClients[c.name] && c.name != "git" && c.name != "pip" && c.name != "pip3":
		return
	}
	args := c.args()
	for k, w := range args {
		link := linkIn.FindString(w.Raw)
		name, _, _ := strings.Cut(w.Value, "=")
		if !strings.HasPrefix(strings.ToLower(link), "http://") || local.MatchString(link) || k > 0 && carries[args[k-1].Value] || carries[name] {
			continue
		}
		if strings.ContainsAny(strings.TrimPrefix(link, "http://")[:1], "$") {
			continue // the host is not known, and may be the machine itself
		}
		f := fixer.Finding{
			Path:    place(p.File.Dockerfile, st.at) + ": " + c.name + " " + shownURL(link),
			Message: fmt.Sprintf("%s fetches %s over a connection that anybody on the way can change", c.name, shownURL(link)),
			Advice:  "write https://, which most servers answer by now; where the server does not, compare the file with a checksum from elsewhere (sha256sum -c) in the same step",
		}
		if st.script == nil {
			f.Start, f.End = st.span(c)
		} else {
			f.Start, f.End = w.Start, w.End
		}
		report(p, st.at, f)
	}
}
