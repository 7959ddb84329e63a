package languagetest_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/languagetest"
)

func TestComplaints(t *testing.T) {
	for text, want := range map[string]string{
		"The program listens on port 80":                           `"program": say application`,
		"Each\nFolder.":                                            `"Folder": say directory`,
		"Directory of the account's user":                          `"account": say user`,
		"It steps down to www-data":                                `"steps down": say drop privileges`,
		"The name is no version":                                   `"is no": say is not a`,
		"Verdicts: 3":                                              `"Verdicts": say decision`,
		strings.Repeat("word ", languagetest.MaxWords+1):           "words in a sentence",
		strings.Repeat("word ", languagetest.MaxWords+1) + ". Two": "words in a sentence",
		"One; two; three":                                          "a chain of semicolons",
	} {
		got := languagetest.Complaints(text)
		if len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%q: %q, want one with %q", text, got, want)
		}
	}
	for _, text := range []string{
		"", "supervisorctl reads /etc/program.conf and service-account.json",
		"The service account of Deployment/api is no longer used",
		"Run `docker run --rm program /folder`",
		strings.TrimSpace(strings.Repeat("word ", languagetest.MaxWords)) + ". " + strings.Repeat("Word ", languagetest.MaxWords),
		strings.Repeat("`one two` ", languagetest.MaxWords),
		strings.Repeat("word ", languagetest.MaxWords) + "\n\n" + strings.Repeat("word ", languagetest.MaxWords),
		"One; two",
	} {
		if got := languagetest.Complaints(text); len(got) > 0 {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestVerifyComplaints(t *testing.T) {
	for verify, want := range map[string]string{
		"docker compose up -d web":                    "a command and what to expect",
		"look at its logs\nshows nothing":             "is a command",
		"docker run 'IMAGE\nprints 1":                 "a shell cannot read",
		"docker run IMAGE\nprints the account":        `"account"`,
		"docker run IMAGE\nprints 1\nand 2":           "two lines",
		"docker run IMAGE\nprints 1\n\nthen see\nyes": "is a command",
	} {
		got := languagetest.VerifyComplaints(verify)
		if len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%q: %q, want one with %q", verify, got, want)
		}
	}
	const good = "docker image inspect --format '{{.Config.User}}' IMAGE\nprints 65532\n\nkubectl -n NAMESPACE get pods\nshows no restarts"
	if got := languagetest.VerifyComplaints(good); len(got) > 0 {
		t.Errorf("%q", got)
	}
}
