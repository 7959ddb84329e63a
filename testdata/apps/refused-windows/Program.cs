using System.Net;
using System.Text;

class Program
{
    static void Main()
    {
        var listener = new HttpListener();
        listener.Prefixes.Add("http://+:80/");
        listener.Start();
        while (true)
        {
            var context = listener.GetContext();
            var body = Encoding.UTF8.GetBytes("site");
            context.Response.OutputStream.Write(body, 0, body.Length);
            context.Response.Close();
        }
    }
}
