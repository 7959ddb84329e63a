package dockerfile

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/timetest"
)

func TestStages(t *testing.T) {
	f := mustParse(t, `ARG TAG=3.20
ARG REPO=alpine
ARG EMPTY
ARG TARGETARCH=amd64
FROM --platform=$BUILDPLATFORM ${REPO}:$TAG AS Base
FROM base
FROM ${NOPE:-busybox} AS b
FROM x:$EMPTY
FROM x:$TARGETARCH
FROM "scratch"
FROM ${REPO:+Base}
FROM x:${TAG%.*}
FROM x:${EMPTY:-$REPO}
`)
	var got []string
	for _, s := range f.Stages {
		parent := "-"
		if s.Parent != nil {
			parent = s.Parent.Name
		}
		got = append(got, fmt.Sprintf("%s|%s|%s|%s|%s|%v", s.Label(), s.Base, s.Image, parent, s.Platform, s.Args))
	}
	want := []string{
		"Base|${REPO}:$TAG|alpine:3.20|-|$BUILDPLATFORM|[REPO TAG]",
		"stage 1|base|base|Base||[]",
		"b|${NOPE:-busybox}|busybox|-||[NOPE]",
		"stage 3|x:$EMPTY||-||[EMPTY]",
		"stage 4|x:$TARGETARCH||-||[TARGETARCH]",
		`stage 5|"scratch"|scratch|-||[]`,
		"stage 6|${REPO:+Base}|Base|Base||[REPO]",
		"stage 7|x:${TAG%.*}|x:3|-||[TAG]",
		"stage 8|x:${EMPTY:-$REPO}|x:alpine|-||[EMPTY REPO]",
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
	if s := f.Stage("BASE"); s != f.Stages[0] {
		t.Errorf("Stage(BASE) = %v", s)
	}
	if s := f.Stages[1].Root(); s != f.Stages[0] {
		t.Errorf("Root = %v", s)
	}
}

func TestEffective(t *testing.T) {
	f := mustParse(t, `ARG UID=1000
FROM alpine AS base
ARG UID
ENV HOME=/home/$UID PATH=/x:$PATH
WORKDIR /srv
WORKDIR app
USER $UID:$UID
EXPOSE 80 443/TCP 3000-3005
VOLUME ["/data", "/var/$UID"]
CMD ["old"]
SHELL ["/bin/bash", "-c"]
FROM base
ENTRYPOINT exec app
ENV HOME=/root A=
ENV B=$HOME HOME=/new C=$HOME
LABEL a.b=c "d e"='f'
WORKDIR $NOPE
STOPSIGNAL SIGINT
HEALTHCHECK CMD curl -f x
`)
	s := f.Final()
	check := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %s, want %s", what, got, want)
		}
	}
	value := func(v Value) string {
		if v.At == nil {
			return "unset"
		}
		return fmt.Sprintf("%s %t line %d of %s", v.Text, v.Known, v.At.Line, v.Stage.Label())
	}
	check("user", value(s.User()), "1000:1000 true line 7 of base")
	check("user before", value(f.Stages[0].UserAt(f.Stages[0].Instructions[3])), "unset")
	check("workdir", value(s.Workdir()), "/srv/app/$NOPE false line 17 of stage 1")
	check("workdir of base", value(f.Stages[0].Workdir()), "/srv/app true line 6 of base")
	check("stop signal", value(s.StopSignal()), "SIGINT true line 18 of stage 1")
	check("entrypoint", fmt.Sprint(s.Entrypoint().Args, s.Entrypoint().Shell), "[exec app] true")
	check("cmd is reset", fmt.Sprint(s.Cmd().At), "<nil>")
	check("cmd in the contract", s.Contract().Cmd, "")
	check("cmd of base", fmt.Sprint(f.Stages[0].Cmd().Args), "[old]")
	check("healthcheck", fmt.Sprint(s.Healthcheck().Args, s.Healthcheck().Shell), "[curl -f x] true")
	shell, at := s.Shell()
	check("shell", fmt.Sprint(shell, at.Line), "[/bin/bash -c] 11")
	before, _ := f.Stages[0].ShellAt(f.Stages[0].Instructions[2])
	check("shell before", fmt.Sprint(before), "[]")
	var ports, env, labels, volumes []string
	for _, p := range s.Exposes() {
		ports = append(ports, fmt.Sprintf("%s=%d/%s", p.Text, p.Number, p.Proto))
	}
	for _, v := range s.Env() {
		env = append(env, fmt.Sprintf("%s=%s %t", v.Key, v.Text, v.Known))
	}
	for _, v := range s.Labels() {
		labels = append(labels, v.Key+"="+v.Text)
	}
	for _, v := range s.Volumes() {
		volumes = append(volumes, v.Text)
	}
	check("ports", fmt.Sprint(ports), "[80=80/tcp 443/TCP=443/tcp 3000-3005=0/tcp]")
	check("env", strings.Join(env, ", "), "HOME=/new true, PATH=/x:$PATH false, A= true, B=/root true, C=/root true")
	check("labels", fmt.Sprint(labels), "[a.b=c d e=f]")
	check("volumes", fmt.Sprint(volumes), "[/data /var/1000]")
	if v, ok := s.LookupEnv("B"); !ok || v.Text != "/root" {
		t.Errorf("LookupEnv(B) = %+v", v)
	}
}

// A variable that the base image may set is unknown, not empty.
func TestUnknownVariables(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"FROM a\nUSER $APP_UID\n", "$APP_UID false"},
		{"FROM a\nUSER ${APP_UID:-5}\n", "5 true"},
		{"FROM a\nENV U=5\nUSER ${U}\n", "5 true"},
		{"FROM a\nENV U=$X\nUSER $U\n", "$U false"},
		{"FROM a\nENV U=$X\nUSER ${U:-5}\n", "${U:-5} false"},
		{"FROM a\nARG U\nUSER $U\n", "$U false"},
		{"FROM a\nENV U=5\nARG U=6\nUSER $U\n", "6 true"},
		{"FROM a AS p\nENV U=7\nFROM p\nUSER $U\n", "7 true"},
		{"FROM a AS p\nENV U=7\nFROM p\nARG U\nUSER $U\n", "7 true"},
		{"ARG U=8\nFROM a\nENV U=7\nARG U\nUSER $U\n", "8 true"},
		{"ARG U=$X\nFROM a\nARG U\nUSER ${U:-5}\n", "${U:-5} false"},
		{"ARG U=8\nFROM a\nUSER ${U:-5}\n", "5 true"},
		{"FROM a\nUSER '$U'\n", "$U true"},
		{"FROM a\nUSER 'a$U'\n", "a$U true"},
		{"FROM a\nUSER \"'$U'\"\n", "\"'$U'\" false"},
		{"FROM a\nUSER \\$U\n", "$U true"},
		{"FROM a\nUSER \"a\"b\n", "ab true"},
		{"FROM a\nUSER ${U\n", "${U false"},
		{"FROM a\nUSER ${U:?no}\n", "${U:?no} false"},
		{"# escape=`\nFROM a\nUSER `$U\n", "$U true"},
		{"FROM a\nUSER $\n", "$ true"},
	} {
		v := mustParse(t, tt.src).Final().User()
		if got := fmt.Sprint(v.Text, " ", v.Known); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.src, got, tt.want)
		}
	}
}

func TestDiff(t *testing.T) {
	const base = "FROM a AS x\nENV A=1\nEXPOSE 80\nFROM x\nWORKDIR /w\nENTRYPOINT [\"e\"]\nCMD c d\nUSER u\nLABEL l=m\nVOLUME /v\nONBUILD RUN o\nHEALTHCHECK --interval=60s CMD h\nSTOPSIGNAL 9\n"
	for _, tt := range []struct{ name, from, to, want string }{
		{"nothing", "EXPOSE 80", "EXPOSE   80  \n# no", ""},
		{"no comments behind arguments", "EXPOSE 80", "EXPOSE 80 # no", "final expose # >set, final expose no >set, x expose # >set, x expose no >set"},
		{"same meaning", "60s", "1m", ""},
		{"same meaning over lines", "CMD c d", "CMD c \\\n d", `final cmd ["/bin/sh", "-c", "c d"]>["/bin/sh", "-c", "c  d"]`},
		{"quotes", "LABEL l=m", "LABEL \"l\"='m'", ""},
		{"legacy", "ENV A=1", "ENV A 1", ""},
		{"user", "USER u", "USER 1", "final user u>1"},
		{"user of a parent", "ENV A=1", "ENV A=1\nUSER 5", "x user >5"},
		{"env", "ENV A=1", "ENV A=2 B=", `final env A 1>2, final env B >"", x env A 1>2, x env B >""`},
		{"port", "EXPOSE 80", "EXPOSE 81", "final expose 80 set>, final expose 81 >set, x expose 80 set>, x expose 81 >set"},
		{"exec form", "CMD c d", `CMD ["c", "d"]`, `final cmd ["/bin/sh", "-c", "c d"]>["c", "d"]`},
		{"shell", "CMD c d", "SHELL [\"/bin/bash\", \"-c\"]\nCMD c d",
			`final cmd ["/bin/sh", "-c", "c d"]>["/bin/bash", "-c", "c d"], final healthcheck ` +
				`["/bin/sh", "-c", "h"] interval=1m0s timeout=0s start-period=0s start-interval=0s retries=0>["/bin/bash", "-c", "h"] interval=1m0s timeout=0s start-period=0s start-interval=0s retries=0, final shell >["/bin/bash", "-c"]`},
		{"workdir", "WORKDIR /w", "WORKDIR /w/.", ""},
		{"relative workdir", "WORKDIR /w", "WORKDIR w", "final workdir /w>w"},
		{"healthcheck off", "--interval=60s CMD h", "NONE", `final healthcheck ["/bin/sh", "-c", "h"] interval=1m0s timeout=0s start-period=0s start-interval=0s retries=0>NONE`},
		{"volume and signal", "VOLUME /v\n", "STOPSIGNAL 8\n", "final volume /v set>"},
		{"trigger", "RUN o", "RUN p", "final onbuild RUN o set>, final onbuild RUN p >set"},
		{"trigger of a parent", "EXPOSE 80", "EXPOSE 80\nONBUILD RUN q", "x onbuild RUN q >set"},
		{"cmd of a parent", "EXPOSE 80", "EXPOSE 80\nCMD q", `x cmd >["/bin/sh", "-c", "q"]`},
		{"base", "FROM a", "FROM a@b", "final base a>a@b, x base a>a@b"},
		{"platform", "FROM a", "FROM --platform=p a", "final platform >p, x platform >p"},
		{"stage renamed", "AS x\nENV A=1\nEXPOSE 80\nFROM x", "AS y\nENV A=1\nEXPOSE 80\nFROM y", "x stage set>, y stage >set"},
		{"run does not count", "USER u", "RUN z\nUSER u", ""},
		{"cmd dropped", "CMD c d\n", "", `final cmd ["/bin/sh", "-c", "c d"]>`},
		{"entrypoint behind cmd in one stage", "ENTRYPOINT [\"e\"]\nCMD c d", "CMD c d\nENTRYPOINT [\"e\"]", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := mustParse(t, base)
			after := mustParse(t, strings.Replace(base, tt.from, tt.to, 1))
			var got []string
			for _, d := range Diff(before, after) {
				stage := d.Stage
				if stage == "" {
					stage = "final"
				}
				got = append(got, strings.ReplaceAll(fmt.Sprintf("%s %s %s %s>%s", stage, d.Field, d.Key, d.Before, d.After), "  ", " "))
			}
			want := strings.ReplaceAll(tt.want, "  ", " ")
			if g := strings.Join(got, ", "); g != want {
				t.Errorf("got  %s\nwant %s", g, want)
			}
		})
	}
}

// A file that asks for terabytes must be cheap to say no to.
func TestGrowth(t *testing.T) {
	doubling := "FROM a\nENV A=xxxxxxxx\n" + strings.Repeat("ENV A=$A$A\n", 60)
	for _, tt := range []struct {
		name, src string
		huge      bool
	}{
		{"plain", "FROM a\nENV PATH=/x:$PATH\nRUN $A$B${C//x/y}\n", false},
		{"doubling", doubling, true},
		{"doubling an unknown one", strings.ReplaceAll(doubling, "$A$A", "$A$A$X"), true},
		{"doubling over stages", "FROM a AS s0\nENV A=xxxxxxxx\n" + chain(60), true},
		{"replacing", "FROM a\nENV A=xxxxxxxx\n" + strings.Repeat("ENV A=${A//?/yyyyyyyyyyyyyyyy}\n", 20), true},
		{"global", "ARG A=xxxxxxxx\n" + strings.Repeat("ARG A=$A$A\n", 60) + "FROM a\nARG A\nENV B=$A\n", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timetest.Within(t, 5*time.Second, func() {
				f := mustParse(t, tt.src)
				if got := f.MaxExpandedSize(); (got > 1<<30) != tt.huge {
					t.Errorf("MaxExpandedSize() = %d", got)
				}
				for _, v := range f.Final().Env() {
					if len(v.Text) > maxValue {
						t.Errorf("%s has %d bytes", v.Key, len(v.Text))
					}
				}
			})
		})
	}
}

func chain(n int) string {
	var b strings.Builder
	for k := range n {
		fmt.Fprintf(&b, "FROM s%d AS s%d\nENV A=$A$A\n", k, k+1)
	}
	return b.String()
}
