package detect

import (
	"path"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

var (
	targetFramework = text.Regexp(`<TargetFramework>net(\d+\.\d+)</TargetFramework>`)
	assemblyName    = text.Regexp(`<AssemblyName>([\w.-]+)</AssemblyName>`)
)

func draftDotnet(d *draft) error {
	d.app.Stack, d.app.Like = ".NET", "dotnet"
	var projects []string
	for _, name := range d.all(func(n string) bool {
		return path.Ext(n) == ".csproj" && !isTest(n) && !strings.Contains(strings.ToLower(n), "test")
	}) {
		if data := string(d.Read(name)); strings.Contains(data, "Microsoft.NET.Sdk.Web") || strings.Contains(data, "<OutputType>Exe<") {
			projects = append(projects, name)
		}
	}
	start, err := d.chosen()
	switch {
	case err != nil:
		return err
	case len(projects) == 0:
		return stack.Refuse(stack.UnknownStart, nil, "Choose the directory of an application; this one has libraries", "no project is an application")
	case len(projects) > 1:
		return stack.Refuse(stack.Several, nil, "Choose the directory of one of them", "there are several applications: %s", text.VisibleLine(strings.Join(projects[:min(len(projects), 4)], ", ")))
	}
	project := projects[0]
	d.fact(project, 0, "the application")
	version := d.found(project, targetFramework)
	if version == "" {
		return stack.Refuse(stack.NoRuntime, nil, "Name one TargetFramework, such as net10.0", "%s does not say for which .NET it is", text.VisibleLine(project))
	}
	d.fact(project, 0, ".NET %s", version)
	d.app.Version = version
	if err := d.port(8080, ".cs", ".json"); err != nil {
		return err
	}
	name := strings.TrimSuffix(path.Base(project), ".csproj")
	if v := d.found(project, assemblyName); v != "" {
		name = v
	}
	d.add("# syntax=docker/dockerfile:1", "", "FROM mcr.microsoft.com/dotnet/sdk:"+version, "WORKDIR /src", "COPY . .",
		"RUN dotnet publish "+project+" --configuration Release --output /app", "WORKDIR /app")
	if listens := aspnetPort(version, d.app.Port); listens != "" {
		d.add(listens)
	}
	if start == nil {
		start = []string{"dotnet", name + ".dll"}
	}
	d.finish(nil, start...)
	return nil
}

// aspnetPort sets the port that an application listens on which names none itself, where that is
// not the one of its image: 8080, and 80 before .NET 8. What an application names goes first.
func aspnetPort(version string, port int) string {
	switch {
	case older(version, "8.0"):
		return "ENV ASPNETCORE_URLS=http://+:" + strconv.Itoa(port)
	case port != 8080:
		return "ENV ASPNETCORE_HTTP_PORTS=" + strconv.Itoa(port)
	}
	return ""
}
