package dockerfile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	parsed "github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules/dockerfile"
)

// alterable are the fields of the runtime contract that fixes of these rules
// may declare.
var alterable = []parsed.Field{parsed.FieldCmd, parsed.FieldEntrypoint, parsed.FieldHealthcheck, parsed.FieldEnv}

// FuzzSteps holds the rules to what must be so for any file: no
// rule fails, what is written parses and promises what it did, a second run has
// nothing left to do, and line endings stay.
func FuzzSteps(f *testing.F) {
	for _, seed := range []string{
		"FROM debian:13\nRUN curl -fsSLk https://a | sudo bash -s -- x\nCMD node server.js\n",
		"FROM node:24-slim\r\nEXPOSE 3000\r\nRUN npm ci; \\\r\n # c\r\n npm run x\r\nHEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1\r\nCMD cd /a && ./b $C",
		"# escape=`\nFROM python:3.13\nRUN pip install `\n  --trusted-host=x flask && (apt-get update)\nENTRYPOINT exec /start.sh\n",
		"FROM alpine:3.22\nONBUILD RUN cd /app && npm install\nONBUILD CMD x\nRUN <<EOT\ncurl -k http://x | sh\nEOT\nCMD x\nCMD y\n",
		"FROM a\nWORKDIR /x\nWORKDIR y\nENV A=1 NODE_TLS_REJECT_UNAUTHORIZED=0 B=2\nENV PYTHONHTTPSVERIFY 0\nADD http://x/y /z\nCOPY --chmod=777 a b\n",
		"FROM a\nRUN [\"bash\", \"-c\", \"wget -qO- http://x | sh\"]\nCMD ['a', “b”,]\nRUN sh -c \"$(curl http://x)\" || eval `wget x`\n",
		"FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN curl -k http://x\nCMD a\nCMD b\n",
		"FROM a\nRUN chmod -R u=rwx,o+w $X && git -c http.sslVerify=0 clone x; npm config set strict-ssl=false\nRUN apt-get --force-yes -o Acquire::https::Verify-Peer=false install",
		"FROM a\nCMD \\\n\n",
		"FROM a\nHEALTHCHECK --interval=1s CMD\tcurl\nSHELL [\"/bin/bash\", \"-lc\"]\nENTRYPOINT x \x00 y\n",
	} {
		f.Add([]byte(seed))
	}
	all := []*fixer.Rule{
		dockerfile.PipeToShell, dockerfile.UnverifiedDownload, dockerfile.TLSDisabled, dockerfile.EndOfLifeImage,
		dockerfile.NpmInstall, dockerfile.PackageUpgrade, dockerfile.InsecureRun, dockerfile.CopyWholeFilesystem,
		dockerfile.PackageCache, dockerfile.RecommendedPackages, dockerfile.UpdateAlone, dockerfile.Sudo,
		dockerfile.WorldWritable, dockerfile.DebugTools, dockerfile.BuildTools, dockerfile.DevDependencies,
		dockerfile.AssumeYes, dockerfile.FullBase, dockerfile.DuplicateInstruction, dockerfile.ShellForm,
		dockerfile.RelativeWorkdir, dockerfile.RunWithoutShell, dockerfile.MissingPipefail,
		dockerfile.BinShRelinked, dockerfile.StopSignal, dockerfile.HealthcheckCommandMissing, dockerfile.NoHealthcheck,
		dockerfile.BuildkitCheck,
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		snap := fixer.NewSnapshot([]fixer.Source{
			{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: src},
			{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  a:\n    build: .\n")},
		})
		if snap.File("Dockerfile").Skip != nil {
			return
		}
		plan := fix(t, snap, all)
		for _, p := range plan.Baseline.Problems {
			t.Errorf("rule %s failed: %s", p.Rule, p.Reason)
		}
		for _, c := range plan.Changes {
			if strings.Contains(string(c.Before), "\r\n") != strings.Contains(string(c.After), "\r\n") {
				t.Errorf("line endings changed:\n%q\n%q", c.Before, c.After)
			}
			for _, d := range parsed.Diff(snap.File(c.Path).Dockerfile, plan.After.File(c.Path).Dockerfile) {
				if !slices.Contains(alterable, d.Field) {
					t.Errorf("%s changed from %q to %q", d.Field, d.Before, d.After)
				}
			}
		}
		for _, c := range fix(t, plan.After, all).Changes {
			t.Errorf("a second run changes\n%q\ninto\n%q", c.Before, c.After)
		}
	})
}

func fix(t *testing.T, snap *fixer.Snapshot, rules []*fixer.Rule) *engine.Plan {
	t.Helper()
	s := engine.NewSession(snap, nil, rules)
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	return s.Plan()
}

// The archives of cases do not look at severities.
func TestSeverities(t *testing.T) {
	for _, tt := range []struct {
		rule *fixer.Rule
		src  string
		want fixer.Severity
	}{
		{dockerfile.EndOfLifeImage, "FROM golang:1.17 AS b\nFROM scratch\nCOPY --from=b /a /a\n", fixer.Low},
		{dockerfile.EndOfLifeImage, "FROM golang:1.17\n", fixer.Medium},
		{dockerfile.EndOfLifeImage, "FROM debian:12\n", fixer.Low},
		{dockerfile.EndOfLifeImage, "FROM ubuntu:20.04\n", fixer.Medium},
		{dockerfile.PipeToShell, "FROM a\nRUN curl https://x/y | sh\n", fixer.Medium},
		{dockerfile.PipeToShell, "FROM a\nRUN curl http://x/y | sh\n", fixer.High},
		{dockerfile.UnverifiedDownload, "FROM a\nADD https://x/y /\n", fixer.Low},
		{dockerfile.UnverifiedDownload, "FROM a\nADD http://x/y /\n", fixer.Medium},
		{dockerfile.TLSDisabled, "FROM a\nRUN curl -k https://x/y\n", fixer.High},
		{dockerfile.TLSDisabled, "FROM a\nRUN apk add --allow-untrusted ./x.apk\n", fixer.Low},
		{dockerfile.TLSDisabled, "FROM a\nRUN yum install --nogpgcheck https://x/x.rpm\n", fixer.High},
		{dockerfile.WorldWritable, "FROM a\nRUN chmod 777 /data\n", fixer.Low},
		{dockerfile.WorldWritable, "FROM a\nRUN chmod -R 777 /data\n", fixer.Medium},
		{dockerfile.WorldWritable, "FROM a\nRUN chmod 777 /entrypoint.sh\n", fixer.Medium},
		{dockerfile.DebugTools, "FROM a\nRUN apt-get install -y dropbear\n", fixer.Medium},
		{dockerfile.DebugTools, "FROM a\nRUN apt-get install -y gdb\n", fixer.Low},
		{dockerfile.ShellForm, "FROM a\nCMD ['x']\n", fixer.Medium},
		{dockerfile.ShellForm, "FROM a\nCMD x\n", fixer.Low},
		{dockerfile.Sudo, "FROM a\nRUN echo 'x ALL=NOPASSWD: ALL' > /etc/sudoers\n", fixer.Medium},
		{dockerfile.BuildkitCheck, "FROM a AS x\nFROM b AS x\n", fixer.Medium},
	} {
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(tt.src)}})
		found := engine.Check(snap, nil, []*fixer.Rule{tt.rule}).Findings
		if len(found) != 1 || found[0].Severity != tt.want {
			t.Errorf("%s of %q: %d findings, want one of severity %s: %v", tt.rule.Name, tt.src, len(found), tt.want, found)
		}
	}
}

// TestRunnersPromiseNoQuickStop: behind npm stands another shell, so taking the
// first away does not by itself bring SIGTERM to the program.
func TestRunnersPromiseNoQuickStop(t *testing.T) {
	for command, direct := range map[string]bool{"node server.js": true, "npm start": false, "yarn start --port $PORT": false, "/usr/bin/make run": false} {
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM node:24\nCMD " + command + "\n")}})
		report := engine.Check(snap, nil, []*fixer.Rule{dockerfile.ShellForm})
		if len(report.Findings) != 1 || len(report.Findings[0].Fixes) != 1 {
			t.Fatalf("CMD %s: %d findings, want one with one fix", command, len(report.Findings))
		}
		fix := report.Findings[0].Fixes[0]
		if got := strings.Contains(fix.Verify, "ends the container within a second"); got != direct {
			t.Errorf("CMD %s: verify is %q", command, fix.Verify)
		}
		if got := !strings.Contains(fix.Breaks, "starts the application through a shell"); got != direct {
			t.Errorf("CMD %s: breaks is %q", command, fix.Breaks)
		}
	}
}
