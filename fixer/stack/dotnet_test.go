package stack

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer/image"
)

func debianBase(codename string) image.Base {
	return image.Base{Distribution: image.Debian, Codename: codename}
}

func TestFrameworkOf(t *testing.T) {
	for framework, want := range map[string]string{"net10.0": "10.0", "net8.0-windows": "8.0", "netcoreapp3.1": "3.1", "netstandard2.0": "", "net48": "", "$(Framework)": "", "": ""} {
		p := &dotnetProject{properties: map[string]string{"TargetFramework": framework}}
		if got := frameworkOf(p); got != want {
			t.Errorf("%s is release %q, want %q", framework, got, want)
		}
	}
	if got := frameworkOf(nil); got != "" {
		t.Errorf("no project is for release %q", got)
	}
}

func TestDotnetProjectWeb(t *testing.T) {
	for _, c := range []struct {
		sdk, text string
		want      bool
	}{
		{"Microsoft.NET.Sdk.Web", "", true},
		{"Microsoft.NET.Sdk", "", false},
		{"Microsoft.NET.Sdk.Worker", `<PackageReference Include="Serilog" />`, false},
		{"Microsoft.NET.Sdk", `<FrameworkReference Include="Microsoft.AspNetCore.App" />`, true},
		{"Microsoft.NET.Sdk", `<ProjectReference Include="../Web/Web.csproj" />`, true},
		{"", "", true},
	} {
		p := &dotnetProject{sdk: c.sdk, file: Manifest{Data: []byte(c.text)}}
		if got := p.web(); got != c.want {
			t.Errorf("%s with %q needs ASP.NET Core: %v, want %v", c.sdk, c.text, got, c.want)
		}
	}
}
