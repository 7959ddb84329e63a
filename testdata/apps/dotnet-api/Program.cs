var app = WebApplication.Create(args);
app.MapGet("/", (IConfiguration settings) => $"{settings["Places"]} places");
app.Run();
