package dockerfile

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/timetest"
)

// all are the rules whose edits leave the contract of an image alone but for
// its user, ports and environment.
var all = []*fixer.Rule{
	UnpinnedImage, AddInsteadOfCopy, PackageListsKept, SecretInEnv, RunsAsRoot, NonNumericUser, CopyAfterUser,
	SensitiveCopy, SecretInRun, LoginEnabled, UseraddNoLogInit, SystemWorkdir, SupplementaryGroupsDropped, SetuidBinary, PrivilegedPort,
}

// hold checks what must be true of the rules on any file: they neither fail nor
// offer an edit that verification rejects, what they change is only what they
// say, and a second run has nothing to add.
func hold(t *testing.T, src []byte) *engine.Plan {
	t.Helper()
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: src}})
	s := engine.NewSession(snap, nil, all)
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	plan := s.Plan()
	for _, p := range slices.Concat(plan.Baseline.Problems, plan.Final.Problems) {
		t.Errorf("%s fails: %s", p.Rule, p.Reason)
	}
	for _, f := range plan.Baseline.Findings {
		if f.Message == "" || f.Level() == fixer.Manual && f.Advice == "" {
			t.Errorf("%s says too little: %q, %q", f.Key(), f.Message, f.Advice)
		}
		if f.Start < 0 || f.End > len(src) || f.Start >= f.End {
			t.Errorf("%s lies at [%d,%d) of %d bytes", f.Key(), f.Start, f.End, len(src))
		}
	}
	for _, c := range plan.Changes {
		checkLines(t, c.Before, c.After)
	}
	again := engine.NewSession(plan.After, nil, all)
	if _, err := again.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	if n := len(again.Plan().Changes); n > 0 {
		t.Errorf("a second run changes the file again:\n%s", again.Plan().Changes[0].After)
	}
	return plan
}

// checkLines finds every line of the old file in the new one, in order, but for
// what a fix may do to a line: the keyword ADD, words added inside, a USER that
// is written anew, an ARG that is taken out.
func checkLines(t *testing.T, before, after []byte) {
	t.Helper()
	rewritten := map[int]bool{}
	if f, err := dockerfile.Parse(before); err == nil {
		for _, i := range f.Instructions {
			for n := i.Line; (i.Keyword == "ARG" || i.Keyword == "USER") && n <= i.EndLine; n++ {
				rewritten[n] = true
			}
		}
	}
	rest := bytes.Split(after, []byte("\n"))
	for n, line := range bytes.Split(before, []byte("\n")) {
		if rewritten[n+1] {
			continue
		}
		i := slices.IndexFunc(rest, func(l []byte) bool { return keeps(string(line), string(l)) })
		if i < 0 {
			t.Errorf("the line %q is gone:\n%s", line, after)
			return
		}
		rest = rest[i+1:]
	}
}

func keeps(before, after string) bool {
	// A last line without an ending gets one when a line comes behind it.
	before, after = strings.TrimSuffix(before, "\r"), strings.TrimSuffix(after, "\r")
	if before == after {
		return true
	}
	word := strings.ToUpper(strings.TrimSpace(before))
	switch {
	case word == "":
		return false
	case strings.HasPrefix(word, "ADD") && !strings.HasPrefix(word, "ADDUSER") && !strings.HasPrefix(word, "ADDGROUP"):
		at := strings.Index(strings.ToUpper(before), "ADD")
		b := before[:at] + "COPY" + before[at+3:]
		return strings.EqualFold(b[:at+4], after[:min(at+4, len(after))]) && b[at+4:] == after[at+4:]
	}
	for i := 0; i < len(after) && before != ""; i++ { // text may only be added
		if after[i] == before[0] {
			before = before[1:]
		}
	}
	return before == ""
}

// TestLarge holds the rules to a time that a person does not notice, on files
// as large as they are read.
func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the bounds are in seconds, and a race run is many times slower")
	}
	for name, src := range map[string]string{
		"steps":     "FROM debian\n" + strings.Repeat("RUN apt-get update && apt-get install -y a\n", 1900) + "CMD x\n",
		"scripts":   "FROM debian\n" + strings.Repeat("RUN apt-get update && apt-get install -y a && ./x\n", 1900),
		"lists":     "FROM debian\n" + strings.Repeat("RUN apt-get update\nRUN apt-get install a\n", 950),
		"groups":    "FROM debian\n" + strings.Repeat("RUN usermod -aG a b\nUSER b:c\n", 950),
		"commands":  "FROM debian\nRUN " + strings.Repeat("apt-get update; ./x;", 3000) + "\n",
		"heredoc":   "FROM debian\n" + strings.Repeat("RUN apt-get update && apt-get install a\n", 900) + "RUN <<E\n" + strings.Repeat("apt-get \n", 90000) + "E\n",
		"sources":   "FROM debian\nENV " + strings.Repeat("A_TOKEN=b ", 5000) + "\nADD " + strings.Repeat("$A ", 20000) + "/x\n",
		"pairs":     "FROM debian\nENV " + strings.Repeat("DB_PASSWORD=hunter2 ", 3000) + "\n",
		"braces":    "FROM debian\nRUN apt-get update && apt-get install a && rm {" + strings.Repeat("a,", 15000) + "}" + strings.Repeat("{b,c}", 5000) + "\n",
		"stages":    strings.Repeat("FROM debian AS a\nRUN apt-get update && apt-get install a\nFROM a\nUSER root\n", 240),
		"value":     "FROM debian\nENV A_KEY=" + strings.Repeat("aB3-", 16000) + "\n",
		"one-word":  "FROM debian\nADD " + strings.Repeat("a/", 30000) + " /x\nCMD " + strings.Repeat("(", 5000) + "\n",
		"accounts":  "FROM debian\nRUN " + strings.Repeat("useradd a;", 3000) + "\nUSER a\n",
		"folders":   "FROM debian\nRUN mkdir " + strings.Repeat("/a/data ", 6000) + "\nVOLUME " + strings.Repeat("/b/c ", 9000) + "\n",
		"secrets":   "FROM debian\n" + strings.Repeat("ARG A_TOKEN\nRUN curl -u a:$A_TOKEN b\n", 900),
		"arguments": strings.Repeat("FROM debian\nARG A_TOKEN\nRUN curl -u a:$A_TOKEN b\n", 240),
		"chain":     strings.Repeat("FROM a AS a\nARG A_TOKEN\nRUN npm ci\n", 240),
		"tokens":    "FROM debian\nRUN echo " + strings.Repeat("https://a:b@c --password=x ", 2000) + "\n",
		"keys":      "FROM debian\nCOPY " + strings.Repeat("id_rsa ", 9000) + "/x\n",
		"copy-from": "FROM debian\n" + strings.Repeat("COPY --from=alpine:3 /a /a\n", 1900),
	} {
		t.Run(name, func(t *testing.T) {
			var snap *fixer.Snapshot
			timetest.Within(t, 5*time.Second, func() {
				snap = fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(src)}})
				engine.Check(snap, nil, all)
			})
			if f := snap.File("Dockerfile"); f.Skip != nil {
				t.Errorf("the file is not read: %s", f.Skip.Reason)
			}
		})
	}
}

func FuzzRules(f *testing.F) {
	for _, seed := range []string{
		"FROM node:20\nADD a b\nRUN apt-get update && apt-get install -y a\nCMD node x\n",
		"FROM a AS b\nFROM b\nCOPY --from=b / /\nCOPY --from=1 / /\nUSER 0\nRUN apk add x;apk add y#\n",
		"ARG A=$A\nFROM $A\nADD $A$A$A$A$A /\nENV A_TOKEN=$A B=\"x\nUSER $A",
		"from x\nrun set -e; ( apt update; apt install x ) ; { yum install y;} ;\\\n # c\n\\\n make\n",
		"# escape=`\nFROM x\nRUN apt-get update && `\n apt-get install `\n",
		"FROM x\nRUN <<E\napt update\nE\nONBUILD ADD . .\nONBUILD RUN apt update\nHEALTHCHECK NONE\nENTRYPOINT []\nCMD [\"\"]\n",
		"FROM x\nRUN apt-get update;;\nRUN apt-get update; apt-get install a;# x \\\n\nRUN sudo\nRUN env A=1\n",
		"FROM alpine:3\nRUN adduser -S a\nVOLUME /d [ \"/e\nUSER a:\nCOPY x /d\nRUN mkdir data;cd /;mkdir log\nVOLUME [\"/f\"]\nUSER 0\n",
		"FROM debian:13 AS x\nENV U=1\nRUN useradd -u $U a||useradd \\\n# c\n b&&echo a:b|chpasswd\nUSER \\\n b\nFROM x\nUSER a:0\n",
		"FROM node:20\nARG A_TOKEN B_TOKEN=\\\n\n x\nRUN --mount=type=secret,id=x echo $A_TOKEN $B_TOKEN>.npmrc\nCOPY .env [\"id_rsa\" /\nRUN curl -u a:b\n",
		"#syntax=x y\nFROM x\nRUN apt-get update\n# c\nRUN apt-get install a \\\n b # c\nRUN --network=host --security=insecure useradd -mu 100000 a && usermod -aG b a\nUSER a:a\nEXPOSE 80",
		"FROM x\nRUN apk update;\nRUN apk update\nRUN apk add a\nRUN chmod u+s,g=+s a;passwd -d a;sed -i s/PermitRootLogin/PermitRootLogin yes/ b\nWORKDIR ../proc/self\nCOPY . ..\nCOPY --from=y / /\n",
		"FROM scratch\nWORKDIR C:\\x\nADD\nADD a\nADD [\"\",\"\"]\nENTRYPOINT [\"sh\",\"-c\"]\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 4<<10 {
			t.Skip("long inputs only make the fuzzer slow")
		}
		hold(t, src)
	})
}

// TestCorpus holds the rules to the same on every Dockerfile of the shared
// corpus of real repositories, and to finding something there.
func TestCorpus(t *testing.T) {
	root := corpustest.Root(t)
	found, fixed := map[string]int{}, map[string]int{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.Contains(d.Name(), "Dockerfile") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		t.Run(strings.TrimPrefix(path, root), func(t *testing.T) {
			plan := hold(t, src)
			for _, o := range plan.Outcomes {
				found[o.Finding.Rule]++
				switch o.Result {
				case engine.Fixed:
					fixed[o.Finding.Rule]++
				case engine.Blocked, engine.Refused:
					t.Errorf("%s was %s: %s", o.Finding.Key(), o.Result, o.Reason)
				}
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// None of them has such a file; the archives of cases do.
	rare := []*fixer.Rule{CopyAfterUser, LoginEnabled, UseraddNoLogInit, SupplementaryGroupsDropped, SetuidBinary, PrivilegedPort, InsecureRun}
	for _, r := range all {
		if found[r.Name] == 0 && !slices.Contains(rare, r) {
			t.Errorf("%s finds nothing in the corpus", r.Name)
		}
	}
	for _, r := range []*fixer.Rule{AddInsteadOfCopy, PackageListsKept, RunsAsRoot, NonNumericUser} {
		if fixed[r.Name] == 0 {
			t.Errorf("%s fixes nothing in the corpus", r.Name)
		}
	}
}
