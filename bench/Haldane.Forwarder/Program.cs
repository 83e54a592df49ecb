using System.Net;
using Yarp.ReverseProxy.Forwarder;

// YARP's forwarder with nothing around it, to measure against. Arguments: the address to listen on, the address to forward to.
var builder = WebApplication.CreateEmptyBuilder(new());
builder.WebHost.UseKestrelCore().UseUrls(args[0]);
builder.Services.AddHttpForwarder();
await using var app = builder.Build();
using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false });
var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
app.Run(async context => await forwarder.SendAsync(context, args[1], client, ForwarderRequestConfig.Empty, HttpTransformer.Default));
await app.RunAsync();
