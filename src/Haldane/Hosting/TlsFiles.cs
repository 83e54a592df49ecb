using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Haldane.Hosting;

/// <summary>A certificate, with what stands between it and its root, and its key in PEM files. A renewed one is taken up within a minute, without a restart.</summary>
/// <remarks>Any thread.</remarks>
internal sealed partial class TlsFiles
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    private readonly string _certificate;
    private readonly string _key;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private SslServerAuthenticationOptions _current;
    private string _content;
    private long _looked;

    private TlsFiles(string certificate, string key, TimeProvider time, ILogger logger)
    {
        (_certificate, _key, _time, _logger) = (certificate, key, time, logger);
        _content = Content();
        _current = Read();
        _looked = time.GetTimestamp();
    }

    /// <summary>Reads the files.</summary>
    /// <exception cref="FormatException">Says which file is wrong and how.</exception>
    public static TlsFiles Open(string certificate, string key, TimeProvider time, ILogger logger)
    {
        try
        {
            return new(certificate, key, time, logger);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"the certificate {certificate} with the key {key} cannot be used: {e.Message}; wanted are two PEM files that belong together", e);
        }
    }

    /// <summary>What a new connection is served with.</summary>
    public SslServerAuthenticationOptions Current()
    {
        lock (_gate)
        {
            if (_time.GetElapsedTime(_looked) >= LookEvery)
            {
                _looked = _time.GetTimestamp();
                Renew();
            }

            return _current;
        }
    }

    // Files that are half written, or no longer there, leave the one that was good.
    private void Renew()
    {
        try
        {
            var content = Content();
            if (content == _content)
            {
                return;
            }

            (_current, _content) = (Read(), content);
            Renewed(_current.ServerCertificateContext!.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            NotRenewed(e.Message);
        }
    }

    // Not the time at which they were written: where they are links, as secrets of Kubernetes are, that is the link's, which stays as it is.
    private string Content() => Convert.ToHexString(SHA256.HashData([.. File.ReadAllBytes(_certificate), .. File.ReadAllBytes(_key)]));

    private SslServerAuthenticationOptions Read()
    {
        using var pem = X509Certificate2.CreateFromPemFile(_certificate, _key);
        var between = new X509Certificate2Collection();
        between.ImportFromPemFile(_certificate);

        // By way of PKCS 12, since a key that was read from PEM is not one that every TLS library may use for a server.
        var server = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        return new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(server, between, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
    }

    [LoggerMessage(6001, LogLevel.Information, "The certificate was renewed: it is valid until {Until:u}")]
    private partial void Renewed(DateTime until);

    [LoggerMessage(6002, LogLevel.Warning, "The renewed certificate cannot be used, the old one is kept: {Why}")]
    private partial void NotRenewed(string why);
}
