package buildkit

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// ofNames are the checks that [Plain] rules out.
var ofNames = map[string]bool{
	"DuplicateStageName": true, "ReservedStageName": true, "UndefinedArgInFrom": true, "FromPlatformFlagConstDisallowed": true,
	"InvalidBaseImagePlatform": true, "RedundantTargetPlatform": true, "ExposeInvalidFormat": true,
}

// mustHold fails where a plain file is one that BuildKit does not build or warns about.
func mustHold(t *testing.T, f *dockerfile.File, about string) {
	t.Helper()
	r, err := Check(context.Background(), f)
	if err != nil {
		t.Fatalf("%s: %v", about, err)
	}
	if r.Failure != nil {
		t.Errorf("%s is called plain, and BuildKit fails in line %d: %s", about, r.Failure.Line, r.Failure.Message)
	}
	for _, w := range r.Warnings {
		if ofNames[w.Rule] {
			t.Errorf("%s is called plain, and BuildKit says in line %d: %s", about, w.Line, w.Message)
		}
	}
}

// TestPlain: a file that is plain is one that BuildKit builds. Each that is not fails or is
// warned about, or could be by one letter more.
func TestPlain(t *testing.T) {
	for src, want := range map[string]bool{
		"FROM alpine:3.20\nRUN echo \"$X\nCMD y\nCMD z\nHEALTHCHECK CMD \"x\nSHELL [\"a\"]\nMAINTAINER \"x\n": true,
		"# syntax=docker/dockerfile:1\nFROM golang:1.26 AS build\nARG V=1\nENV PATH=$PATH:/x A=\"${B} c\" C=\nLABEL a.b/c=\"d e\"\nENV D e f\nWORKDIR /a/$V\nUSER 1:1\nCOPY . .\nFROM scratch\nCOPY --from=Build --chmod=0755 /a /b/\nCOPY --chown=a:b [\"a\", \"b/\"]\nVOLUME /d\nVOLUME [\"/e\"]\nEXPOSE 80 443/tcp\n": true,
		"ARG A=1\nARG B\nFROM a@sha256:" + strings.Repeat("0", 64) + "\n": true,
		"FROM a\nFROM a AS a\nFROM a AS b\nCOPY --from=a /x /y\n":         true,
		"FROM a AS b\nFROM c AS B\n":                                      false,
		"FROM a AS scratch\n":                                             false,
		"FROM $A\n":                                                       false,
		"FROM Alpine\n":                                                   false,
		"FROM a:\n":                                                       false,
		"FROM --platform=linux/amd64 a\n":                                 false,
		"FROM a\nEXPOSE 80:80\n":                                          false,
		"FROM a\nEXPOSE $PORT\n":                                          false,
		"FROM a\nEXPOSE 70000\n":                                          false,
		"FROM a\nEXPOSE 80/TCP\n":                                         false,
		"FROM a\nENV A='b\n":                                              false,
		"FROM a\nENV A=${B?c}\n":                                          false,
		"FROM a\nENV A=\"b\\\"\n":                                         false,
		"FROM a\nENV A b'c\n":                                             false,
		"FROM a\nLABEL a=${\n":                                            false,
		"FROM a\nARG A=\"b'c\"\n":                                         false,
		"FROM a\nWORKDIR \"x\n":                                           false,
		"FROM a\nUSER ${A\n":                                              false,
		"FROM a\nVOLUME $A\n":                                             false,
		"FROM a\nSTOPSIGNAL SIGNOTHING\n":                                 false,
		"FROM a\nCOPY --from=b /x /y\nFROM c AS b\n":                      false,
		"FROM a AS b\nCOPY --from=b /x /y\n":                              false,
		"FROM a\nCOPY --from=0 /x /y\n":                                   false,
		"FROM a\nCOPY --from=B@ /x /y\n":                                  false,
		"FROM a\nCOPY --from=scratch /x /y\n":                             false,
		"FROM a\nCOPY --link --chown=a x y\n":                             false,
		"FROM a\nCOPY --chmod=9 x y\n":                                    false,
		"FROM a\nCOPY --chmod=+q x y\n":                                   false,
		"FROM a\nADD --checksum=sha256:x x y\n":                           false,
		"FROM a\nCOPY https://example.org/a.git x\n":                      false,
		"FROM a\nCOPY github.com/a/b x\n":                                 false,
		"FROM a\nCOPY a.git x\n":                                          false,
		"FROM a\nENV A=$1\n":                                              false,
		"FROM a\nENV A$B=c\n":                                             false,
		"FROM a\nCOPY $X y\n":                                             false,
		"FROM a\nCOPY <<A /x\ny\nA\n":                                     false,
		"FROM a\nRUN --mount=type=bind,from=b x\n":                        false,
		"FROM a\nRUN --network=none y\n":                                  false,
		"FROM a\nONBUILD RUN x\nFROM b\n":                                 false,
		"# check=nonsense\nFROM a\n":                                      false,
		"# escape=`\nFROM a\nWORKDIR c:\\x\n":                             false,
		"FROM a\nWORKDIR a\\\n":                                           false,
	} {
		f, err := dockerfile.Parse([]byte(src))
		if err != nil {
			t.Errorf("%q: %v", src, err)
			continue
		}
		if got := Plain(f); got != want {
			t.Errorf("%q is plain: %v", src, got)
		}
		if want {
			mustHold(t, f, src)
		}
	}
}

// TestPlainCorpus: no plain file of the corpus is one that BuildKit warns about, and most
// files are plain.
func TestPlainCorpus(t *testing.T) {
	all, plain := 0, 0
	err := filepath.WalkDir(corpustest.Root(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.Contains(d.Name(), "ockerfile") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if f, err := dockerfile.Parse(data); err == nil {
			if all++; Plain(f) {
				plain++
				mustHold(t, f, path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d files are plain", plain, all)
	if plain*2 < all {
		t.Error("fewer than half of the files are plain")
	}
}

// FuzzPlain: whatever is called plain is built.
func FuzzPlain(f *testing.F) {
	f.Add([]byte("FROM golang:1.26 AS build\nARG V=1\nENV PATH=$PATH:/x A=\"${B} c\"\nLABEL a=\"d e\"\nWORKDIR /a/$V\nCOPY --from=build --chown=1:1 --chmod=755 a b/\nEXPOSE 80/tcp\n"))
	f.Add([]byte("ARG A=b\nFROM a\nENV D e f\nVOLUME [\"/e\"] \nADD a\\\n b c\nUSER $A\nCMD [\"x\"]\nHEALTHCHECK NONE\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		file, err := dockerfile.Parse(src)
		if err != nil || !Plain(file) || bytes.Count(src, []byte("\n")) > 1000 {
			return
		}
		mustHold(t, file, string(src))
	})
}
