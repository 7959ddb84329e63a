using System.Globalization;

var app = WebApplication.Create(args);
app.MapGet("/", () => 1234.5.ToString("C", CultureInfo.GetCultureInfo("de-DE")));
app.Run();
