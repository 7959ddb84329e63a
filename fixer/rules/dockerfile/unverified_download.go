package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed unverified_download.md
var unverifiedDownloadDoc string

// UnverifiedDownload reports downloads without verification.
var UnverifiedDownload = &fixer.Rule{
	Name:     "dockerfile/unverified-download",
	Title:    "download without a checksum",
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
		build.Each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
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
		for _, st := range build.Of(p.File).Steps("RUN") {
			if slices.ContainsFunc(st.Commands, compares) {
				continue
			}
			for _, c := range st.Commands {
				checkPlainHTTP(p, st, c)
			}
		}
	},
}

func checkAddURL(p *fixer.Pass, s *dockerfile.Stage, i, at *dockerfile.Instruction, w dockerfile.Word) {
	link := w.Value
	if strings.Contains(link, "$") {
		if text, from := build.Of(p.File).Expand(s, i, link); from != nil {
			link = text
		}
	}
	lower := strings.ToLower(link)
	secure := strings.HasPrefix(lower, "https://")
	if !secure && !strings.HasPrefix(lower, "http://") || build.IsLocalURL(link) {
		return
	}
	path, ref, _ := strings.Cut(link, "#")
	repository := strings.HasSuffix(path, ".git")
	if repository && isCommit(ref) {
		return
	}
	f := fixer.Finding{
		Path:     place(p.File.Dockerfile, at) + ": " + w.Value,
		Message:  fmt.Sprintf("ADD downloads %s without verifying a checksum", build.ShownURL(link)),
		Evidence: []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: source(p, i), Text: "ADD has no --checksum"}},
		Advice:   "Add --checksum=sha256:… with the sum that sha256sum prints for the file. Use a URL that contains a version, so that the file does not change",
	}
	if secure {
		f.Severity = fixer.Low
	} else {
		f.Message += ", over unencrypted HTTP"
	}
	switch {
	case repository:
		f.Advice = "Add the full commit hash to the URL (#COMMIT), or write ADD --checksum=COMMIT"
	case secure && i == at && !strings.Contains(link, "$") && !strings.Contains(link, ".git"):
		download{s, i, w.Value, link, link != w.Value}.addChecksum(p, &f)
	}
	report(p, at, f)
}

func isCommit(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// compares reports whether a command holds a download to something that is
// known before.
func compares(c build.Command) bool {
	switch c.Program {
	case "sha256sum", "sha512sum", "sha1sum", "sha384sum", "shasum", "b2sum", "md5sum":
		return c.Arguments().Has("-c", "--check", "--status")
	case "gpg", "gpg2":
		return c.Has("--verify")
	case "gpgv", "minisign", "cosign", "signify":
		return true
	case "openssl":
		return c.Has("-verify")
	}
	return false
}

// carries are options whose value is a URL that is not downloaded, or not read.
var carries = text.WordSet("-x --proxy -e --referer -H --header -d --data --data-raw -A --user-agent --preproxy --trusted-host --build-arg -U")

// registryVariables name the server that a package manager installs from.
var registryVariables = text.WordSet("PIP_INDEX_URL PIP_EXTRA_INDEX_URL UV_INDEX_URL UV_DEFAULT_INDEX NPM_CONFIG_REGISTRY YARN_REGISTRY YARN_NPM_REGISTRY_SERVER GOPROXY RUBYGEMS_HOST")

func checkRegistry(p *fixer.Pass, i, at *dockerfile.Instruction, pair dockerfile.Pair) {
	link := build.FindURL(pair.Value)
	if !registryVariables[strings.ToUpper(pair.Key)] || !strings.HasPrefix(strings.ToLower(link), "http://") || build.IsLocalURL(link) {
		return
	}
	report(p, at, fixer.Finding{
		Path:    variablePlace(p.File.Dockerfile, at, pair.Key),
		Message: fmt.Sprintf("Packages are downloaded from %s over unencrypted HTTP", build.ShownURL(link)),
		Advice:  "Write https://. For a private registry, install its certificate authority in the image",
		Start:   pair.Word.Start, End: pair.Word.End,
	})
}

// registryClients take the server from an option of theirs or keep it in their
// settings; other URLs among their words are no downloads.
var registryClients = text.WordSet("npm yarn pnpm gem bundle")

var registryOption = text.Regexp(`(?i)^(--registry|--source|-s|--add|-a|registry|npmRegistryServer|mirror\..*)(=.*)?$`)

func checkPlainHTTP(p *fixer.Pass, st build.Step, c build.Command) {
	switch sub, _ := c.Subcommand(); {
	case c.Program == "git" && sub != "clone", registryClients[c.Program] && !slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool { return registryOption().MatchString(w.Value) }):
		return
	case !c.Downloads() && !registryClients[c.Program] && c.Program != "git" && c.Program != "pip" && c.Program != "pip3":
		return
	}
	args := c.Args()
	for k, w := range args {
		link := build.FindURL(w.Raw)
		name, _, _ := strings.Cut(w.Value, "=")
		if !strings.HasPrefix(strings.ToLower(link), "http://") || build.IsLocalURL(link) || k > 0 && carries[args[k-1].Value] || carries[name] {
			continue
		}
		if strings.ContainsAny(strings.TrimPrefix(link, "http://")[:1], "$") {
			continue // the host is not known, and may be the machine itself
		}
		f := fixer.Finding{
			Path:    place(p.File.Dockerfile, st.At) + ": " + c.Program + " " + build.ShownURL(link),
			Message: fmt.Sprintf("%s downloads %s over unencrypted HTTP", c.Program, build.ShownURL(link)),
			Advice:  "Write https://. If the server does not support HTTPS, verify the file with a trusted checksum (sha256sum -c) in the same step",
		}
		if !st.Edited(c.Command) {
			f.Start, f.End = st.Span(c)
		} else {
			f.Start, f.End = w.Start, w.End
		}
		report(p, st.At, f)
	}
}
